# The inverters' ports on real USB, as far as a machine without inverters has it: the USB chip as HID devices
# made by /dev/uhid, and two emulated USB serial adapters on an xHCI controller, joined by a cable.
B=build/busbar
passed=0 failed=0
check() {
    if [ "$1" -eq 0 ]; then passed=$((passed + 1)); echo "  well    $2"; else failed=$((failed + 1)); echo "  FAILED  $2"; fi
}
now_ms() { echo $(($(date +%s%N) / 1000000)); }
[ -c /dev/uhid ]; check $? "the kernel has /dev/uhid"
build/rel/test/hidraw_test >/run/hidraw.log 2>&1; check $? "the port keeper on real hidraw devices: $(tail -n 1 /run/hidraw.log)"
! grep -q '^skipped' /run/hidraw.log; check $? "nothing skipped$(sed -n 's/^skipped: /: /p' /run/hidraw.log)"
sed 's/^/          /' /run/hidraw.log

[ -c /dev/ttyUSB0 ] && [ -c /dev/ttyUSB1 ]; check $? "two USB serial adapters: $(ls /dev/ttyUSB* | tr '\n' ' ')"
BUSBAR_TEST_SERIAL=/dev/ttyUSB0 build/rel/test/stream_test >/run/stream.log 2>&1; check $? "byte streams on a USB adapter: $(tail -n 1 /run/stream.log)"
BUSBAR_TEST_USB=/dev/ttyUSB0 build/rel/test/usb_reset_test >/run/reset.log 2>&1; check $? "switched off and on: $(tail -n 1 /run/reset.log)"
for i in $(seq 50); do [ -c /dev/ttyUSB0 ] && break; sleep 0.1; done

sed -e 's#port: "tty:/tmp/busbar/inv\([1-4]\)"#port: "/dev/ttyUSB*", serial: "9633240910010\1"#' \
    -e 's#^state_dir:.*#state_dir: /run/state#' -e 's#^control:.*#control: /run/control.sock#' \
    -e 's#port: can2}#port: can4}#' -e 's#port: can1}#port: can2}#' sim/uc001.yaml > /run/busbar.yaml
export BUSBAR_SOCKET=/run/control.sock
owned() { $B status --ports 2>/dev/null | grep -q '^owned .*96332409100101'; }
owned_within() { for i in $(seq $(($1 * 5))); do owned && return 0; sleep 0.2; done; return 1; }
$B check /run/busbar.yaml >/run/check.log 2>&1; check $? "the config is well formed: $(tail -n 1 /run/check.log)"
$B sim --backbone can1 --battery can3 --native can5 --serial serial:/dev/ttyUSB1 >/run/sim.log 2>&1 & sim=$!
sleep 1
timeout 30 $B pi30 scan --timeout 2000 /dev/ttyUSB0 >/run/scan.log 2>&1; check $? "busbar pi30 scan: $(grep 'name: inv1' /run/scan.log)"
timeout 30 $B pi30 query --timeout 3000 /dev/ttyUSB0 QMOD >/run/query.log 2>&1; check $? "busbar pi30 query: $(tail -n 1 /run/query.log)"
$B run --config /run/busbar.yaml >/run/run.log 2>&1 & run=$!
owned_within 20; check $? "its unit is found: $($B status --ports | grep ^owned)"
timeout 10 $B pi30 query /dev/ttyUSB0 QPI >/run/query.log 2>&1; [ $? -eq 1 ] && grep -q 'busbar run has this port' /run/query.log; check $? "refused while the controller has it: $(cat /run/query.log)"

switch=$(readlink -f /sys/class/tty/ttyUSB0/device/../..)/authorized
echo 0 > $switch
sleep 3
[ ! -c /dev/ttyUSB0 ]; check $? "pulled: /dev/ttyUSB0 is gone"
$B status >/dev/null 2>&1 && ! owned; check $? "and nobody's: $($B status | grep 'missing  ' | head -n 1)"
back=$(now_ms)
echo 1 > $switch
owned_within 10; check $? "adopted again $(($(now_ms) - back)) ms after it was back, under $($B status --ports | sed -n 's/^owned .* //p')"
[ $(($(now_ms) - back)) -le 5000 ]; check $? "within 5 s"
kill -TERM $run; wait $run; check $? "SIGTERM ends the controller with status 0"
kill $sim 2>/dev/null
if [ $failed -ne 0 ]; then tail -n 5 /run/run.log /run/sim.log; cat /run/scan.log /run/query.log /run/stream.log /run/reset.log; dmesg | grep -i 'hid\|usb' | tail -n 30; fi
echo "shed usb: $passed passed, $failed failed"
[ $failed -eq 0 ]
