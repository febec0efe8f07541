// Asks the words given through the C++ client of manio/skymax-demo: its line handling, its CRC check.
//     g++ -w -fpermissive -I SKYMAX tools/peers/skymax.cpp SKYMAX/inverter.cpp -lpthread; skymax PORT WORD...
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <iostream>
#include <string>

#include "inverter.h"

std::atomic_bool ups_status_changed, ups_qmod_changed, ups_qpiri_changed, ups_qpigs_changed, ups_qpiws_changed, ups_leave;
extern const bool runOnce = true;

void lprintf(const char *, ...) {}

int main(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        cInverter client(argv[1]);
        client.ExecuteCmd(argv[i]);
        std::cout << "answer " << argv[i] << " " << *client.GetQpiriStatus() << std::endl;
    }
    return 0;
}
