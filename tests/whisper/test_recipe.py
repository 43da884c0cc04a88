"""All of making a Whisper, as small as it can be: from phrases to a folder that faster-whisper loads."""

from pathlib import Path

import numpy as np
import pytest

from tests.optional import need_modules
from tests.whisper import FOLDER


def test_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_modules("torch", "transformers")
    import torch
    from faster_whisper import WhisperModel

    from tests.whisper import export, fit, lessons, network
    from tests.whisper.vocabulary import Vocabulary

    monkeypatch.setattr(fit, "BATCH", 4)
    monkeypatch.setattr(lessons, "_BATCH", 20)
    made = lessons.make(40, 1, ["espeak"], 1)
    assert len(made) == 40
    assert {bool(lesson.sound.written) for lesson in made} == {True, False}
    vocabulary = Vocabulary(lessons.taught())
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        net = fit.fit(made, vocabulary, 3, seed=1, tell=lambda *told: None)
        again = fit.fit(made, vocabulary, 3, seed=1, tell=lambda *told: None)
    finally:
        torch.set_num_threads(threads)
    for a, b in zip(net.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(a, b), "the same seed gives the same"
    export.write(net, vocabulary, tmp_path / "made")
    files = {file.name for file in (tmp_path / "made").iterdir()}
    assert files == {file.name for file in FOLDER.iterdir()} - {"README.md"}, (
        "what is shipped is what is made"
    )

    model = WhisperModel(str(tmp_path / "made"), device="cpu", compute_type="int8", cpu_threads=1)
    assert model.model.is_multilingual
    heard = torch.zeros(1, network.MELS, 3000)
    heard[..., : made[0].heard.shape[1]] = torch.from_numpy(made[0].heard.astype(np.float32))
    start = torch.tensor([[vocabulary.special("startoftranscript")]])
    with torch.no_grad():
        logits = network.understand(net, vocabulary, heard[..., : network.FRAMES], start).logits
    tokens = [vocabulary.special(name[2:-2]) for name in vocabulary.languages()]
    wanted = dict(zip(vocabulary.languages(), logits[0, 0, tokens].softmax(-1).tolist(), strict=True))
    _, _, found = model.detect_language(features=heard[0].numpy())
    assert {f"<|{code}|>": p for code, p in found} == pytest.approx(wanted, rel=0.1)
