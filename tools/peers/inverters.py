#!/usr/bin/env python3
"""Foreign PI30 clients ask the simulated inverters everything they know how to ask.

    build/venv/bin/python tools/peers/inverters.py mppsolar|powermon|skymax

Nothing may look odd to them: no CRC error, no field they cannot place, no option they have no word
for, and what they read must be what the plant really does (`busbar sim --truth`). What is their own
mistake is named in OWN_MISTAKES, counted, and printed. The last line is PASSED FAILED."""
import json, logging, os, re, select, shutil, subprocess, sys, tempfile, time

PLANTS = [
    [{'variant': 'max-8kw'}, {'variant': 'mks-5kva'}, {'variant': 'lv5048-v2'}, {'variant': 'infini-10k'}],
    [{'variant': 'max-7.2kw'}, {'variant': 'max-twin-11kw'}, {'variant': 'clone-10.2kw'}, {'variant': 'king-5kw'}],
    [{'variant': 'vmiii-6kw'}, {'variant': 'lv5048'}, {'variant': 'revo'}, {'variant': 'max-8kw'}],
    [{'variant': 'pip-24v'}] * 4,
    [{'variant': 'powmr-12v'}] * 4,
    [{'variant': 'max-8kw', 'group': 1, 'output_mode': 1}] * 2 + [{'variant': 'mks-5kva', 'group': 2, 'output_mode': 1}] * 2,
]
PROTOCOLS = {
    'max-8kw': 'PI30MAX', 'max-7.2kw': 'PI30MAX', 'max-twin-11kw': 'PI30MAX', 'clone-10.2kw': 'PI30', 'mks-5kva': 'PI30',
    'king-5kw': 'PI30', 'vmiii-6kw': 'PI30', 'pip-24v': 'PI30', 'powmr-12v': 'PI30', 'lv5048': 'PI41', 'revo': 'PI30REVO',
    'lv5048-v2': 'PI18', 'infini-10k': 'PI17',
}
DIGITS = {'QPGS': 'QPGS0', 'QP2GS': 'QP2GS0', 'PGS': 'PGS0', 'PRI': 'PRI0'}
for kind in 'EL':
    DIGITS.update({f'Q{kind}Y': f'Q{kind}Y2026', f'Q{kind}M': f'Q{kind}M202606', f'Q{kind}D': f'Q{kind}D20260621'})
DIGITS.update({'EY': 'EY2026', 'EM': 'EM202606', 'ED': 'ED20260621', 'EH': 'EH2026062113'})

# Words with which the clients name the same thing, and what of the truth it is.
TRUTHS = {
    'battery_V': (r'^(l1_)?battery_voltage$', 0.11), 'load_W': (r'^(ac_output_active_power|ac_output_total_active_power)$', 1.5),
    'pv_W': (r'^(pv1_charging_power|pv_input_power|pv1_input_power|pv_power|solar_input_power_1)$', 3),
    'battery_soc': (r'^battery_capacity$', 1),
}

passed = failed = 0


def crc16(data):
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def check(ok, what):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok:
        print('FAILED', what)


class Plant:
    """busbar sim with four inverters of these models, at several times real time."""

    def __init__(self, inverters, speed):
        self.dir = tempfile.mkdtemp()
        with open(f'{self.dir}/plant.yaml', 'w') as out:
            json.dump({'inverters': [{'name': f'inv{i + 1}', **u} for i, u in enumerate(inverters)]}, out)
        self.process = subprocess.Popen(
            ['build/busbar', 'sim', '--plant', f'{self.dir}/plant.yaml', '--serial', self.dir, '--truth', f'{self.dir}/truth',
             '--backbone', 'none', '--battery', 'none', '--native', 'none', '--speed', str(speed), '--seconds', str(200 * speed)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while time.monotonic() < until and not os.path.exists(f'{self.dir}/inv{len(inverters)}'):
            time.sleep(0.05)
        time.sleep(0.3)

    def port(self, i):
        return os.path.realpath(f'{self.dir}/inv{i + 1}')

    def truth(self):
        with open(f'{self.dir}/truth') as file:
            return [json.loads(line) for line in file if line.endswith('\n')]

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.dir)


def odd(result):
    """What a person would stumble over in a client's result, or None."""
    for name, value in result.items():
        text = str(value)
        if re.search(r'unknown|unprocessed|error|validity', name, re.I):
            return f'{name}: {text}'
        if re.search(r'invalid|unable|error|undefined|unknown', text, re.I):
            return f'{name}: {text}'
    return None


def same_as_truth(result, lines, unit, variant, command):
    """Values of a status answer against the plant seconds around it."""
    for key, (names, slack) in TRUTHS.items():
        for name, value in result.items():
            if not re.match(names, name) or not isinstance(value, (int, float)) or command not in ('QPIGS', 'GS', 'QALL', 'PS'):
                continue
            scale = 100 if key == 'battery_soc' else 0.5 if variant == 'lv5048' and key == 'load_W' else 1
            seen = [(line[key] if key in line else line['inverters'][unit][key]) * scale for line in lines]
            check(min(seen) - slack <= value <= max(seen) + slack,
                  f'{variant} {command}: {name} is {value}, really {min(seen):.2f} to {max(seen):.2f}')


# --- mpp-solar ---

def mppsolar_words(protocol):
    from mppsolar.protocols import get_protocol
    commands = get_protocol(protocol).COMMANDS
    return [DIGITS.get(word, word) for word in commands if commands[word].get('type', 'QUERY').startswith('QUERY')]


def mppsolar_ask(port, protocol, word):
    from mppsolar.helpers import get_device_class
    device = get_device_class('mppsolar')(name='x', port=port, porttype='serial', baud=2400, protocol=protocol)
    answer = device.run_command(word)
    return {re.sub(r'\W+', '_', str(name).lower()): value[0] if isinstance(value, list) else value for name, value in answer.items()}


# What the client itself does not know of answers that real units give (../shared/data has captures of each).
OWN_MISTAKES = {
    'mppsolar': [
        (r'QMU?CHGCR', r'unknown_value_in_response', 'names only the first value of a list'),
        (r'QFLAG', r'unknown_[a-z]\b', 'has no word for a letter'),
        (r'QOPPT', r'unknown_value_in_response', 'names none of the 28 fields but the first'),
        (r'QCHPT', r'selection_of_charger_source_priority_order', 'has no word for 0'),
        (r'PIRI$', r'unknown_value_in_response_25', 'stops before the last field'),
        (r'BATS', r'unknown_value_in_response_2[1-4]', 'stops before the last fields'),
        (r'DI', r'error', 'cannot multiply by 30'),
        (r'QPIGS$', r'country', 'has no word for the country rule 00'),
        (r'QPIGS2', r'error', 'has seven words for eight bits'),
        (r'QPIRI', r'operation_logic', 'takes a third tail field of clones for the operation logic'),
    ],
    'skymax': [],
    'powermon': [
        (r'QPIRI', r'error', 'takes a third tail field of clones for the operation logic'),
        (r'QFLAG', r'unknown_\d', 'has no word for a letter'),
        (r'QDI', r'unknown_value', 'stops before the last field'),
        (r'PIRI$', r'unknown_flags', 'has no word for the last field'),
        (r'QPIWS', r'error', 'has 32 words for 36 bits'),
    ],
}
ESSENTIAL = {'QPI', 'QID', 'QMOD', 'QPIGS', 'QPIRI', 'QPIWS', 'QFLAG', 'QVFW', 'QMCHGCR', 'QALL', 'PI', 'ID', 'GS', 'PIRI', 'MOD', 'PS',
             'VFW', 'FLAG'}
CRC_OF = {'mppsolar': ('mppsolar.protocols.protocol_helpers', 'crcPI'), 'powermon': ('powermon.protocols.helpers', 'crc_pi30')}


def own_mistake(client, word, result):
    return any(re.match(words, word) and all(re.search(pattern, name) for name in result
                                             if odd({name: result[name]})) for words, pattern, _ in OWN_MISTAKES[client])


def is_refusal(result):
    return any(re.search(r"^(Error: )?NAK$|b'NAK'", str(value)) for value in result.values()) or 'NAK' in str(result.get('error', ''))


def zero_crcs(plant, i):
    """Answers this inverter has sent whose CRC has a byte 00, by the plant's own count."""
    time.sleep(0.6)     # the plant tells each of its seconds
    return plant.truth()[-1]['inverters'][i]['zero_crc']


def client_round(client, ask, words, protocols):
    """Every word of every model's protocol; a refusal is an answer too, where the model has no such word."""
    asked = refused = own = 0
    refusals = {}
    for inverters in PLANTS:
        plant, read = Plant(inverters, 8), []
        try:
            for i, unit in enumerate(inverters):
                if i and inverters[i] == inverters[i - 1] and not unit.get('group'):
                    continue
                variant = unit['variant']
                if PROTOCOLS[variant] not in protocols:
                    continue
                zeros = zero_crcs(plant, i)
                for word in words(PROTOCOLS[variant]):
                    second = len(plant.truth())
                    result = ask(plant.port(i), PROTOCOLS[variant], word)
                    asked += 1
                    if result is None:
                        check(False, f'{client} {variant} {word}: no result')
                    elif is_refusal(result):
                        refused += 1
                        refusals.setdefault(variant, set()).add(word)
                    elif odd(result) and own_mistake(client, word, result):
                        own += 1
                    elif re.search('crc', str(result), re.I) and odd(result) and zero_crcs(plant, i) > zeros:
                        zeros = zero_crcs(plant, i)
                        own += 1
                    else:
                        check(not odd(result), f'{client} {variant} {word}: {odd(result)}: {str(result)[:300]}')
                        read.append((result, second, len(plant.truth()), i, variant, word))
            time.sleep(1)
            truth = plant.truth()
            for result, first, last, i, variant, word in read:
                same_as_truth(result, truth[max(0, first - 2):last + 3], i, variant, word)
        finally:
            plant.close()
    for variant, refused_words in refusals.items():
        check(not refused_words & ESSENTIAL, f'{variant} refuses {refused_words & ESSENTIAL}')
    told = f'; {own} where the client has no word of its own' if own else ''
    print(f'{asked} queries by {client}: {"all understood" if not failed else "NOT all understood"}, {refused} refused by the model{told}')


def answers_read(port, word, count):
    """Whole answers to one word, as they come."""
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
    request = word.encode() + crc16(word.encode()).to_bytes(2, 'big') + b'\r'
    for _ in range(count):
        answer = b''
        os.write(fd, request)
        while not answer.endswith(b'\r'):
            if not select.select([fd], [], [], 5)[0]:
                break
            answer += os.read(fd, 256)
        yield answer
    os.close(fd)


def crc_round(client, count=1280):
    """Which good answers the client's own CRC refuses: those of a byte 00, which it raises as it does 28, 0D and 0A. Real
    units do not (captured: a CRC of 00 E7)."""
    module, function = CRC_OF[client]
    client_crc = getattr(__import__(module, fromlist=[function]), function)
    plant = Plant([{'variant': 'max-8kw'}], 100)
    refused = zero = 0
    try:
        for answer in answers_read(plant.port(0), 'QPIGS', count):
            raw = crc16(answer[:-3])
            raised = bytes(b + (b in (0x28, 0x0D, 0x0A)) for b in raw.to_bytes(2, 'big'))
            check(answer[-3:-1] == raised, f'the plant sent {answer[-3:].hex()}, the CRC is {raised.hex()}')
            is_refused = list(answer[-3:-1]) != list(client_crc(answer[:-3]))
            refused, zero = refused + is_refused, zero + (0 in answer[-3:-1])
            check(is_refused == (0 in answer[-3:-1]), f'{client}: {answer[-3:].hex()} refused: {is_refused}')
    finally:
        plant.close()
    check(0 < zero < count / 32, f'{zero} of {count} CRCs with a byte 00')
    print(f'{client} refuses {refused} of {count} good answers, each for a CRC byte 00 (1 in {count / max(1, refused):.0f}; expected 1 in 128)')


def powermon_words(protocol):
    from powermon.protocols import get_protocol_definition
    definition = get_protocol_definition(protocol=protocol)
    queries = [name for name, c in definition.command_definitions.items()
               if 'PI18_QUERY' in str(c.command_type) or (protocol != 'PI18' and name.startswith('Q'))]
    return [DIGITS.get(word, word) for word in queries]


def powermon_ask(port, protocol, word):
    """Its own command line cannot open a serial port (1.0.18: SerialPort.from_config returns nothing), so its port is
    made here; the rest is its own: framing, line, CRC, fields."""
    import asyncio
    from powermon.commands.command import Command
    from powermon.ports.serialport import SerialPort
    from powermon.protocols import get_protocol_definition

    async def ask():
        definition = get_protocol_definition(protocol=protocol)
        line = SerialPort(path=port, baud=2400, protocol=definition)
        await line.connect()
        command = Command(code=word, commandtype='basic', outputs=[], trigger=None)
        command.command_definition = definition.get_command_definition(word)
        try:
            return await line.run_command(command)
        finally:
            await line.disconnect()
    try:
        result = asyncio.run(ask())
    except Exception as why:    # its own error handling stumbles: what went wrong first counts
        return {'error': str(why.__context__ or why)}
    if not result.is_valid:
        return {'error': str(result.error_messages)}
    return {re.sub(r'\W+', '_', str(r.data_name).lower()): r.data_value for r in result.readings}


# --- skymax-demo, C++: the lines of a checkout are compiled with tools/peers/skymax.cpp ---

def skymax_words(protocol):
    return ['QPI', 'QID', 'QVFW', 'QMOD', 'QPIGS', 'QPIRI', 'QPIWS', 'QFLAG', 'QDI', 'QMCHGCR', 'QMUCHGCR', 'QPIGS2']


def skymax_ask(port, protocol, word):
    out = subprocess.run(['build/skymax', port, word], capture_output=True, text=True, errors='replace', timeout=15).stdout
    found = re.search(r'answer \w+ (.*)$', out, re.M)
    if not found or not found.group(1):
        return {'error': 'no answer with a good CRC'}
    fields = found.group(1).split()
    names = {5: 'ac_output_active_power', 8: 'battery_voltage', 10: 'battery_capacity'} if word == 'QPIGS' else {}
    return {'answer': found.group(1), **{name: float(fields[i]) for i, name in names.items()}}


if __name__ == '__main__':
    logging.disable(logging.CRITICAL)
    asks = {'mppsolar': (mppsolar_ask, mppsolar_words, set(PROTOCOLS.values())),
            'powermon': (powermon_ask, powermon_words, {'PI30', 'PI30MAX', 'PI18'}),
            'skymax': (skymax_ask, skymax_words, {'PI30', 'PI30MAX', 'PI41'})}
    client_round(sys.argv[1], *asks[sys.argv[1]])
    if sys.argv[1] in CRC_OF:
        crc_round(sys.argv[1])
    print(passed, failed)
