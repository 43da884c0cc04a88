"""The configuration: what is read, what is refused, and what the refusal says."""

from pathlib import Path

import msgspec
import pytest
import yaml

from server import config
from server.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "config.yaml"


def test_the_shipped_file_says_what_the_code_does() -> None:
    assert config.load(SHIPPED) == config.Config()


def test_the_shipped_file_names_every_key() -> None:
    raw = yaml.safe_load(SHIPPED.read_text())
    tree = msgspec.to_builtins(config.Config())
    assert {name: set(section) for name, section in raw.items()} == {
        name: set(section) for name, section in tree.items()
    }


def test_no_file_is_the_defaults(tmp_path: Path) -> None:
    assert config.load(None) == config.Config()
    empty = tmp_path / "config.yaml"
    empty.write_text("# nothing\n")
    assert config.load(empty) == config.Config()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("sever: {}", ["sever", "did you mean server?", "limits"]),
        ("server: {prot: 1}", ["server.prot", "did you mean port?", "idle_timeout_s"]),
        ("server: {tls: {cert: a}}", ["server.tls.cert", "certificate"]),
        ("server: {tls: {certificate: a}}", ["server.tls", "key"]),
        ("server: {port: 65536}", ["server.port", "65535"]),
        ("server: {port: many}", ["server.port", "int"]),
        ("server: {grace_s: -1}", ["server.grace_s", "0"]),
        ("face: {format: f16}", ["face.format", "f16"]),
        ("limits: {text_chars: 0}", ["limits.text_chars"]),
        ("limits: {message_bytes: 8000}", ["limits.message_bytes", "text_chars"]),
        ("server: {heartbeat_s: 600}", ["heartbeat_s", "idle_timeout_s"]),
        ("engines: {face: [articulation, audio]}", ["engines.face", "exactly one", "2"]),
        ("engines: {voice: []}", ["engines.voice", "one engine or more"]),
        ("engines: {voice: [espeak, 5]}", ["engines.voice[1]", "name"]),
        ("engines: {voice: [espeak, null]}", ["engines.voice[1]", "name"]),
        ("engines: {voice: {use: x, first_ms: 0}}", ["engines.voice.patience.first_ms"]),
        ("engines: {voice: {use: x, retries: 11}}", ["engines.voice.patience.retries", "10"]),
        ("speech_cache: {memory_mb: -1}", ["speech_cache.memory_mb", "0"]),
        ("engines: {voice: {rate: 1}}", ["engines.voice", "use"]),
        ("engines: {voice: 5}", ["engines.voice"]),
        ("engines: {mouth: x}", ["engines.mouth", "brain, voice, face"]),
        ("- a\n- b", ["map of sections"]),
        ("a: [", ["YAML"]),
        ("server: !!python/object:os.system {}", ["YAML"]),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, parts: list[str]) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        config.load(path)
    message = str(error.value)
    assert "own.yaml" in message
    assert "\n" not in message
    for part in parts:
        assert part in message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read"):
        config.load(tmp_path / "none.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"\xff\xfe\xe4")
    with pytest.raises(ConfigError, match="UTF-8"):
        config.load(latin)


@pytest.mark.parametrize("slot", ["tone", "{use: tone, rate: 8000}", "[tone]", "[{use: tone, rate: 8000}]"])
def test_an_engine_is_a_name_a_map_or_a_list_of_one(slot: str) -> None:
    tree = config.parse(yaml.safe_load(f"engines: {{voice: {slot}}}"), "x")
    assert tree.engines.voice.use == "tone"
    assert tree.engines.voice.options == ({"rate": 8000} if "rate" in slot else {})


def test_paths_are_meant_from_the_files_folder(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "server: {tls: {certificate: a.pem, key: /k.pem}}\ncharacters: {default: me.yaml, folder: cast}"
    )
    tree = config.load(path)
    assert tree.server.tls == config.Tls(certificate=str(tmp_path / "a.pem"), key="/k.pem")
    assert tree.characters.default == str(tmp_path / "me.yaml")
    assert tree.characters.folder == str(tmp_path / "cast")


def test_the_folder_of_an_engine_is_meant_from_the_files_folder_too(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "engines: {face: {use: lam, folder: models/lam}, voice: {use: x, folder: /v}, "
        "brain: {use: y, folder: 1}}"
    )
    slots = config.load(path).engines
    assert slots.face == config.Slot("lam", {"folder": str(tmp_path / "models/lam")})
    assert slots.voice.options == {"folder": "/v"} and slots.brain.options == {"folder": 1}


def test_the_model_of_an_engine_is_a_path_where_it_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "engines: {mirror: {use: audio, model: nets/face.onnx}, face: {use: audio, model: /n.onnx}, "
        "brain: {use: x, model: small-4.1}}"
    )
    slots = config.load(path).engines
    assert slots.mirror == config.Slot("audio", {"model": str(tmp_path / "nets/face.onnx")})
    assert slots.face.options == {"model": "/n.onnx"}
    assert slots.brain.options == {"model": "small-4.1"}


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.168.1.2", False),
        ("example.org", False),
        ("localhost.example.org", False),
    ],
)
def test_other_machines_need_a_token(host: str, loopback: bool) -> None:
    tree = config.listening_at(config.Config(), host, None)
    assert config.is_loopback(host) is loopback
    if loopback:
        assert config.token(tree.server, {}) is None
    else:
        with pytest.raises(ConfigError, match="FACEWIRE_TOKEN"):
            config.token(tree.server, {"FACEWIRE_TOKEN": ""})
    assert config.token(tree.server, {"FACEWIRE_TOKEN": "t"}) == "t"
    meant = msgspec.structs.replace(tree.server, allow_without_token=True)
    assert config.token(meant, {}) is None


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_is_none(port: int) -> None:
    with pytest.raises(ConfigError, match="port"):
        config.listening_at(config.Config(), None, port)


def test_explain_shows_everything_but_secrets() -> None:
    slot = {"use": "my.brain:Brain", "api_key": "sk-123", "api_key_env": "OPENAI_API_KEY", "model": "m"}
    tree = config.parse({"engines": {"brain": slot}, "server": {"port": 1}}, "x")
    shown = config.explain(tree, {"FACEWIRE_TOKEN": "open sesame"})
    again = yaml.safe_load(shown)
    assert again["server"]["port"] == 1
    assert again["engines"]["brain"]["model"] == "m"
    assert again["engines"]["brain"]["api_key_env"] == "OPENAI_API_KEY"
    assert "sk-123" not in shown
    assert "sesame" not in shown
    assert "FACEWIRE_TOKEN is set" in shown


@pytest.mark.parametrize("nobody", ["null", "none", "~"])
def test_there_may_be_no_recognizer(nobody: str) -> None:
    tree = config.parse(yaml.safe_load(f"engines: {{recognizer: {nobody}}}"), "x")
    assert tree.engines.recognizer is None
    assert yaml.safe_load(config.explain(tree))["engines"]["recognizer"] is None
    with pytest.raises(ConfigError, match=r"engines\.brain"):
        config.parse(yaml.safe_load(f"engines: {{brain: {nobody}}}"), "x")


def test_engines_that_stand_in_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "engines:\n  voice: [{use: x, folder: v, first_ms: 3000, pitch: 2}, {use: y, retries: 0}, espeak]\n"
        "speech_cache: {folder: said}"
    )
    tree = config.load(path)
    assert [slot.use for slot in tree.engines.voice.chain] == ["x", "y", "espeak"]
    first, second, _ = tree.engines.voice.chain
    assert first.options == {"folder": str(tmp_path / "v"), "pitch": 2}
    assert (first.patience.first_ms, first.patience.between_ms) == (3000, 5000)
    assert (second.options, second.patience.retries) == ({}, 0)
    assert tree.speech_cache.folder == str(tmp_path / "said")
    again = yaml.safe_load(config.explain(tree))
    assert config.parse(again, "x") == tree
    assert again["engines"]["brain"] == {"use": "knowledge"}
