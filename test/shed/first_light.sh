# First light on a real kernel: `busbar run` on can0, can2, can4 by SocketCAN and on four serial lines by
# libserialport; the simulated plant on the other ends; can-utils as the technician.
B=build/busbar
passed=0 failed=0
check() {
    if [ "$1" -eq 0 ]; then passed=$((passed + 1)); echo "  well    $2"; else failed=$((failed + 1)); echo "  FAILED  $2"; fi
}
now_ms() { echo $(($(date +%s%N) / 1000000)); }
# bytes "closed opened" of the contact board as last seen on the plant's side
contacts() { timeout 2 candump -L -n 1 can1,190:7FF | sed 's/.*#..\(....\).*/\1/'; }

# the serial cables, in the order the kernel found them
set -- $(for t in /sys/class/tty/ttyS*; do case $(readlink -f $t/device) in *pci*) basename $t;; esac; done | sort -V)
[ $# -eq 8 ]; check $? "eight ends of four serial cables: $*"
BUSBAR_TEST_SERIAL=/dev/$1 build/rel/test/stream_test >/run/stream.log 2>&1; check $? "byte streams on a real line: $(tail -n 1 /run/stream.log)"
! grep '^skipped' /run/stream.log; check $? "none of them skipped"
sed -e 's/port: can2}/port: can4}/' -e 's/port: can1}/port: can2}/' \
    -e "s#tty:/tmp/busbar/inv1#serial:/dev/$1#" -e "s#tty:/tmp/busbar/inv2#serial:/dev/$3#" \
    -e "s#tty:/tmp/busbar/inv3#serial:/dev/$5#" -e "s#tty:/tmp/busbar/inv4#serial:/dev/$7#" \
    -e 's#^state_dir:.*#state_dir: /run/state#' -e 's#^control:.*#control: /run/control.sock#' \
    sim/uc001.yaml | sed -e 's/name: native, port: can[0-9]/name: native, port: can4/' \
    -e 's/name: battery, port: can[0-9]/name: battery, port: can2/' > /run/busbar.yaml
export BUSBAR_SOCKET=/run/control.sock
$B check /run/busbar.yaml >/run/check.log 2>&1; check $? "the config is well formed: $(tail -n 1 /run/check.log)"

python3 - <<'PY' &
import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('/run/notify')
seen = set()
while True:
    for line in s.recv(4096).decode().split('\n'):
        if line.split('=')[0] not in seen:
            seen.add(line.split('=')[0])
            open('/run/notified', 'a').write(line + '\n')
PY
while [ ! -S /run/notify ]; do sleep 0.1; done

$B sim --backbone can1 --battery can3 --native can5 --start-h 15.9 --car-h 15.905 --push-s 75 \
    --serial serial:/dev/$2,serial:/dev/$4,serial:/dev/$6,serial:/dev/$8 >/run/sim.log 2>&1 &
sim=$!
sleep 1
candump -L can1 > /run/can1.log & dump=$!
started=$(now_ms)
NOTIFY_SOCKET=/run/notify WATCHDOG_USEC=10000000 $B run --config /run/busbar.yaml >/run/run.log 2>&1 &
run=$!
timeout 5 candump -n 1 can1,701:7FF >/dev/null; check $? "first frame of the controller $(($(now_ms) - started)) ms after its start"
timeout 5 candump -n 1 can1,181:7FF >/dev/null; check $? "candump sees the summary 0x181"
text=$(timeout 10 candump -a -n 1 can1,281:7FF); check $? "and reads it: $(printf '%s' "$text" | sed "s/.*  '/'/")"
grep -q READY=1 /run/notified; check $? "systemd is told READY=1"

sleep 14
timeout 3 candump -n 1 can1,581:7FF > /run/sdo & answer=$!
sleep 0.3
cansend can1 601#4001200000000000
wait $answer; check $? "cansend 601#4001200000000000 is answered:$(sed 's/.*581//' /run/sdo)"
grep -q '4B 01 20 00' /run/sdo; check $? "with two bytes of object 0x2001"
status=$($B status --json)
soc=$(printf '%s' "$status" | grep -o '"soc_permille":[-0-9]*' | head -n 1 | cut -d: -f2)   # the bank's, before its packs'
low=$(sed 's/.*4B 01 20 00 \(..\) \(..\).*/\2\1/' /run/sdo)
[ $((0x$low - soc)) -ge -3 ] && [ $((0x$low - soc)) -le 3 ]; check $? "the same as busbar status says: $((0x$low)) and $soc permille"
[ "$(printf '%s' "$status" | grep -o '"well":true' | wc -l)" -eq 11 ]; check $? "all eleven parts are heard, four inverters over libserialport among them$($B status | sed -n 's/^  missing  /;/p' | tr '\n' ' ')"
printf '%s' "$status" | grep -q '"state":"active"'; check $? "libsocketcan tells the bus state: active"
printf '%s' "$status" | grep -q '"router_state":"idle"'; check $? "everything is read back, the router is idle"
grep -q WATCHDOG=1 /run/notified; check $? "the watchdog is fed"

before=$(contacts)
[ "$before" = 0778 ]; check $? "the strings are at home (closed, opened: $before)"
ip link set can0 down
sleep 3
$B status --json | grep -q 'interface can0'; check $? "the lost bus is named in status"
up=$(now_ms)
ip link set can0 up
timeout 5 candump -n 1 can1,181:7FF >/dev/null; check $? "the controller is back on the bus"
back=$(($(now_ms) - up))
[ $back -le 3000 ]; check $? "by itself, $back ms after the bus (3000 allowed)"
sleep 2
[ "$(contacts)" = "$before" ]; check $? "no contact has moved (closed, opened: $(contacts))"
sed -n 's/.* 190#..\(....\).*/\1/p' /run/can1.log | sort -u > /run/seen
[ "$(cat /run/seen)" = "$before" ]; check $? "nor did one for a moment: $(wc -l < /run/can1.log) frames looked at"

for i in $(seq 60); do [ "$(contacts)" != "$before" ] && break; sleep 1; done
sleep 8
moved=$(contacts)
closed=$((0x$(printf %s "$moved" | cut -c1-2)))
count=$(( (closed >> 3 & 1) + (closed >> 4 & 1) + (closed >> 5 & 1) + (closed >> 6 & 1) ))
[ $count -eq 2 ]; check $? "the button was pushed: two strings stand at the wallbox's inverter (closed, opened: $moved)"
kill -TERM $run; wait $run; check $? "SIGTERM ends the controller with status 0"
sleep 3
[ "$(contacts)" = "$moved" ]; check $? "and leaves the contacts as they are"
tail -n 1 /run/sim.log | grep -q 'broken invariants 0'; check $? "the plant saw no invariant broken"
kill $sim $dump 2>/dev/null
wait $sim
tail -n 1 /run/sim.log | grep -q 'broken invariants 0'; check $? "to the end: $(tail -n 1 /run/sim.log | cut -c1-90)"
if [ $failed -ne 0 ]; then echo "--- controller"; tail -n 20 /run/run.log; echo "--- plant"; tail -n 5 /run/sim.log; $B status 2>&1 | tail -n 30; fi
echo "shed: $passed passed, $failed failed"
[ $failed -eq 0 ]
