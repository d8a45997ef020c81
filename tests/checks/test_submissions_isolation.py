"""Student code is run where it can do no harm: attacks, each of which must fail, and the run goes on."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from checks.submissions.player import frames
from checks.submissions.player.cells import Cell
from checks.submissions.player.container import Limits
from checks.submissions.player.frames import Opaque
from checks.submissions.sandbox import Answer, IsolationError, PlayerGoneError, Sandbox

try:
    with Sandbox(preload=()):
        REASON = ""
except IsolationError as error:
    REASON = str(error)

pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)

LIMITS = Limits(wall_seconds=120, cpu_seconds=60, memory_bytes=2**30, file_bytes=2**20)
"""What honest code does in a moment may take long on a busy machine."""
SHORT = Limits(wall_seconds=10, cpu_seconds=5, memory_bytes=2**30, file_bytes=2**20)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


def played(sandbox: Sandbox, source: str, seconds: float = 60.0, limits: Limits = LIMITS) -> Answer:
    """Return what f() of a submission gives."""
    with sandbox.player(limits) as player:
        player.load([Cell("cell 1", source)])
        return player.call("f", seconds=seconds)


def still_works(sandbox: Sandbox) -> None:
    assert played(sandbox, "def f():\n    return 7").value == 7


def test_values_go_there_and_come_back(sandbox: Sandbox) -> None:
    with sandbox.player() as player:
        player.load([Cell("cell 1", "def same(*a, **k):\n    return list(a), k")])
        given = [1, -2.5, float("inf"), "σ", None, True, (1, [2.0]), np.arange(6.0).reshape(2, 3), np.float32(0.5), 2j]
        back, named = player.call("same", given, {"w": np.array([True])}).value
    assert back[:7] == given[:7]
    assert np.array_equal(back[7], given[7])
    assert back[8:] == given[8:]
    assert type(back[8]) is np.float32
    assert named["w"].dtype == bool


def test_a_copy_is_given_and_a_change_is_noticed(sandbox: Sandbox) -> None:
    with sandbox.player() as player:
        player.load([Cell("cell 1", "def f(x, y):\n    x += 1\n    return x + y")])
        x = np.zeros(3)
        answer = player.call("f", [x, np.ones(3)])
    assert answer.changed == (0,)
    assert np.array_equal(x, np.zeros(3))


def test_objects_stay_on_their_side_and_are_used_by_reference(sandbox: Sandbox) -> None:
    source = (
        "class A:\n    def __init__(self, k):\n        self.k = k\n    def g(self, x):\n        return self, self.k * x"
    )
    with sandbox.player() as player:
        player.load([Cell("cell 1", source)])
        made = player.call("A", [3.0])
        assert made.value == Opaque("A")
        assert made.reference is not None
        assert player.call(made.reference, [2.0], attribute="g").value == (Opaque("A"), 6.0)
        player.set(made.reference, "k", np.array([10.0]))
        assert player.get(made.reference, "k").value == np.array([10.0])


def test_an_error_says_where_it_arose(sandbox: Sandbox) -> None:
    answer = played(sandbox, "def f():\n    x = 1\n    return x / 0")
    assert answer.error == ("ZeroDivisionError", "division by zero", "cell 1", 3)


ATTACKS = {
    "read the password file": "def f():\n    return open('/etc/passwd').read()",
    "read the home": "import os\ndef f():\n    return os.listdir('/root') + os.listdir('/home')",
    "see other processes": "import os\ndef f():\n    return os.listdir('/proc')",
    "use the network": "import socket\ndef f():\n    socket.create_connection(('127.0.0.1', 80), 1)",
    "resolve a name": "import socket\ndef f():\n    return socket.getaddrinfo('localhost.example', 80)",
    "write outside": "def f():\n    open('/usr/lib/evil', 'w')",
    "write beside the player": "def f():\n    open('/player/code/player/serving.py', 'a')",
    "write a large file": "def f():\n    open('big', 'wb').write(b'0' * 5_000_000)",
    "fill the folder": "def f():\n    for n in range(100):\n        open(f'f{n}', 'wb').write(b'0' * 500_000)",
    "take all memory": "import numpy as np\ndef f():\n    return np.ones((1000, 1000, 1000)).sum()",
    "take memory bit by bit": "def f():\n    x = []\n    while True:\n        x.append(bytearray(10_000_000))",
    "kill its parent": "import os\ndef f():\n    os.kill(os.getppid(), 9)\n    return 1 / 0",
    "mount": "import ctypes\ndef f():\n    assert ctypes.CDLL(None).mount(b'none', b'/usr', b'tmpfs', 0, None) == 0",
    "become root": "import os\ndef f():\n    os.setuid(0)",
    "import the answers": "def f():\n    import derive.catalogue, checks\n    return derive.catalogue.load('sigmoid').value",  # noqa: E501
    "recurse for ever": "def f():\n    return f()",
    "loop for ever": "def f():\n    while True:\n        pass",
    "loop for ever and catch everything": "def f():\n    while True:\n        try:\n            while True:\n                pass\n        except Exception:\n            pass",  # noqa: E501
    "ask a question": "def f():\n    return input('password: ')",
    "return a huge view": "import numpy as np\ndef f():\n    return np.broadcast_to(1.0, (10**6, 10**6))",
    "return something deep": "def f():\n    x = []\n    for _ in range(100_000):\n        x = [x]\n    return x",
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_gets_nothing_and_the_run_goes_on(sandbox: Sandbox, attack: str) -> None:
    try:
        answer = played(sandbox, ATTACKS[attack], seconds=3.0, limits=SHORT)
    except PlayerGoneError as gone:
        assert gone.why in {"time", "crash", "ended"}  # noqa: PT017 - both ways are right
    else:
        assert answer.error is not None or isinstance(answer.value, Opaque) or answer.value == []
    still_works(sandbox)


ENDS = {
    "loop for ever and catch every interruption": (
        "def f():\n    while True:\n        try:\n            while True:\n                pass\n"
        "        except BaseException:\n            pass",
        {"time"},
    ),
    "hold the interpreter in C": ("import collections, itertools\ndef f():\n    collections.deque(itertools.repeat(1), maxlen=0)", {"time"}),  # noqa: E501
    "leave": ("import os\ndef f():\n    os._exit(0)", {"ended"}),
    "crash": ("import ctypes\ndef f():\n    ctypes.string_at(0)", {"crash"}),
    "kill itself and all it can": (
        "import os, contextlib\ndef f():\n    with contextlib.suppress(OSError):\n        os.kill(-1, 9)\n"
        "    os.kill(os.getpid(), 9)\n    os._exit(1)", {"crash", "ended"}
    ),
    "forge a frame": ("import os\ndef f():\n    os.write(3, b'\\x00' * 64)\n    return 1", {"forged"}),
    "answer before it is asked": (
        "import os, json, struct\n"
        "def f():\n"
        "    h = json.dumps(['l', [['s', 'x'], ['d', []]]]).encode()\n"
        "    os.write(3, struct.pack('<4sIQ', b'gpf1', len(h), 0) + h)\n    return 1",
        {"forged"},
    ),
    "announce a huge frame": (
        "import os, struct\ndef f():\n    os.write(3, struct.pack('<4sIQ', b'gpf1', 2**31, 2**60))\n    return 1", {"forged"}  # noqa: E501
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", ENDS)
def test_a_player_that_breaks_the_rules_is_ended_and_the_reason_is_known(sandbox: Sandbox, attack: str) -> None:
    source, expected = ENDS[attack]
    seconds, limits = (1.0, SHORT) if expected == {"time"} else (60.0, LIMITS)
    with pytest.raises(PlayerGoneError) as gone:
        played(sandbox, source, seconds, limits)
    assert gone.value.why in expected
    still_works(sandbox)


def test_a_fork_bomb_ends_with_its_player(sandbox: Sandbox) -> None:
    source = (
        "import os, time\n"
        "def f():\n"
        "    made = 0\n"
        "    for _ in range(1000):\n"
        "        try:\n"
        "            if os.fork() == 0:\n"
        "                os.setsid()\n"
        "                while True: time.sleep(0.01)\n"
        "        except OSError:\n"
        "            continue\n"
        "        made += 1\n"
        "    return made\n"
    )
    before = processes(sandbox)
    assert 0 <= played(sandbox, source).value < LIMITS.processes
    wait_until(lambda: processes(sandbox) <= before)
    still_works(sandbox)


def test_what_a_player_leaves_behind_is_gone(sandbox: Sandbox) -> None:
    source = (
        "import os, time\n"
        "def f():\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        "            time.sleep(600)\n"
        "        os._exit(0)\n"
        "    open('left', 'w').write('here')\n"
        "    return os.listdir('.')\n"
    )
    before = processes(sandbox)
    assert played(sandbox, source).value == ["left"]
    wait_until(lambda: processes(sandbox) <= before)
    assert played(sandbox, "import os\ndef f():\n    return os.listdir('.')").value == []


def test_one_player_knows_nothing_of_another(sandbox: Sandbox) -> None:
    spoil = "import numpy as np, builtins\nnp.allclose = lambda *a, **k: True\nnp.exp = None\nbuiltins.len = None\ndef f():\n    np.exp = None\n    builtins.len = None\n    return 1"  # noqa: E501
    with sandbox.player() as bad, sandbox.player() as good:
        with pytest.raises(PlayerGoneError):  # nothing works any more in its interpreter
            bad.load([Cell("cell 1", spoil)], everything=True)
        good.load([Cell("cell 1", "import numpy as np\ndef f():\n    return len([1]) * np.exp(0.0)")])
        assert good.call("f").value == 1.0
    still_works(sandbox)


def test_numbers_drawn_without_a_seed_are_the_same_in_every_run_and_differ_from_call_to_call(sandbox: Sandbox) -> None:
    source = (
        "import random\n"
        "import numpy as np\n"
        "def f():\n"
        "    own = [np.random.default_rng().random(), np.random.RandomState().rand()]\n"
        "    return [float(one) for one in [random.random(), np.random.rand(), *own]] + list(set('abcdef'))\n"
    )

    def two_calls(place: Sandbox) -> list[list[object]]:
        with place.player(LIMITS) as player:
            player.load([Cell("cell 1", source)])
            return [player.call("f", seconds=60.0).value for _ in range(2)]

    first = two_calls(sandbox)
    assert all(one != other for one, other in zip(first[0][:4], first[1][:4], strict=True))
    with Sandbox(preload=()) as another:
        assert first == two_calls(sandbox) == two_calls(another)


OURS = """
import importlib
from numeric.data import fashion
from numeric.data.errors import DataMissing


def f():
    found = []
    for name in ("numeric.layers", "numeric.functions.sigmoid", "numeric.net", "checks", "derive", "worksheets"):
        try:
            found += [name] if importlib.import_module(name).__spec__.origin else []  # a stand-in has none
        except ImportError:
            pass
    return found


def g(download):
    try:
        fashion.load(download=download)
    except DataMissing:
        return "missing"
"""


def test_of_our_own_code_a_player_has_the_loaders_of_data_and_no_layer_or_answer(sandbox: Sandbox) -> None:
    with sandbox.player(LIMITS) as player:
        loaded = player.load([Cell("cell 1", OURS)])
        assert loaded.missing == []
        assert player.call("f", seconds=60).value == []
        for download in (False, True):  # there is no data, and no network: a worksheet makes some up
            assert player.call("g", [download], seconds=60).value == "missing"


def test_the_judge_is_not_fooled_by_patched_numpy(sandbox: Sandbox) -> None:
    spoil = "import numpy as np\nnp.allclose = np.array_equal = lambda *a, **k: True\ndef f():\n    return np.zeros(3)"
    with sandbox.player() as player:
        player.load([Cell("cell 1", spoil)], everything=True)
        value = player.call("f").value
    assert not np.allclose(value, np.ones(3))


def test_objects_that_lie_about_themselves_are_carried_as_nothing(sandbox: Sandbox) -> None:
    source = (
        "import numpy as np\n"
        "class Liar:\n"
        "    def __eq__(self, other): return True\n"
        "    def __array__(self, *a, **k): return np.ones(3)\n"
        "class Float(float):\n"
        "    def __eq__(self, other): return True\n"
        "class Array(np.ndarray):\n"
        "    def __eq__(self, other): return True\n"
        "def f():\n"
        "    return [Liar(), Float(2.0), np.zeros(3).view(Array)]\n"
    )
    assert played(sandbox, source).value == [Opaque("Liar"), Opaque("Float"), Opaque("Array")]


def test_what_is_said_of_an_object_does_not_hold_its_address(sandbox: Sandbox) -> None:
    answer = played(sandbox, "def f():\n    print(object())\n    raise ValueError(object(), 0x7f0000000000, 'at 0x1')")
    assert answer.error is not None
    assert answer.error[1] == "(<object object at …>, 139637976727552, 'at 0x1')"
    assert answer.output == "<object object at …>\n"


def test_endless_output_is_cut(sandbox: Sandbox) -> None:
    answer = played(sandbox, "def f():\n    for n in range(200_000):\n        print('x' * 100)\n    return 5")
    assert answer.value == 5
    assert len(answer.output) <= 4000


def test_after_many_players_nothing_is_left(sandbox: Sandbox) -> None:
    still_works(sandbox)
    before, open_before = processes(sandbox), len(os.listdir("/proc/self/fd"))
    for _ in range(25):
        still_works(sandbox)
    wait_until(lambda: processes(sandbox) <= before)
    assert len(os.listdir("/proc/self/fd")) <= open_before


def test_closing_the_sandbox_ends_all_players() -> None:
    with Sandbox(preload=()) as started:
        folder = staging(started)
        player = started.player()
        player.load([Cell("cell 1", "def f():\n    while True: pass")])
        assert processes(folder) > 1
    with pytest.raises(PlayerGoneError):
        player.call("f", seconds=0.2)
    player.close()
    wait_until(lambda: processes(folder) == 0)


def test_without_namespaces_limits_hold_all_the_same() -> None:
    with Sandbox("limits") as started:
        assert played(started, "def f():\n    return 7").value == 7
        assert played(started, "def f():\n    return bytearray(3 * 2**30)").error is not None
        with pytest.raises(PlayerGoneError):
            played(started, ENDS["loop for ever and catch every interruption"][0], seconds=0.5)
        assert "ModuleNotFoundError" in str(played(started, "def f():\n    import derive\n    derive.load()").error)
        still_works(started)


def staging(sandbox: Sandbox) -> str:
    """Return the folder that stands in the command line of each process of a sandbox, and of no other one."""
    assert sandbox._folder is not None
    return sandbox._folder


def processes(of: Sandbox | str) -> int:
    """Count the processes of a sandbox, or of its folder; other sandboxes may run on this machine."""
    mark = (of if isinstance(of, str) else staging(of)).encode()
    found = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found += mark in (folder / "cmdline").read_bytes()
            except OSError:
                continue
    return found


def wait_until(holds, seconds: float = 60.0) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.05)


# -- frames ----------------------------------------------------------------------------------------------------------


FORGED = [
    b"", b"{}", b"[", b'["x", 1]', b'["i", "1e999999999"]', b'["i", 5]', b'["f", "0x1p99999"]', b'["f", "1_0"]',
    b'["a", "<f8", [1099511627776], 0]', b'["a", "<f8", [-1], 0]', b'["a", "|O", [1], 0]', b'["a", "<f8", [2], 8]',
    b'["a", "<f8", [true], 0]', b'["a", "<U4", [1], 0]', b'["d", [[["l", []], null]]]', b'["d", [1]]', b'["l"]',
    b'["r", true]', b'["r", 1.5]', b'["g", "<f8", [1], 0]', b'["__class__", 1]', b'["array", 1]', b'["c", null, null]',
    b"[" * 100_000, b'["l", ' * 40 + b"[]" + b"]" * 40, b"\xff\xfe", b'["s", 3]', b"NaN",
]  # fmt: skip


@pytest.mark.parametrize("header", FORGED)
def test_a_forged_header_is_refused(header: bytes) -> None:
    with pytest.raises(frames.FrameError):
        frames.decode(header, b"\x00" * 8)
