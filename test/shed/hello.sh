uname -r; ls /dev/ttyS*; ip -br link; candump -n 1 -T 2000 can1 & sleep 0.3; cansend can0 123#1122; wait
