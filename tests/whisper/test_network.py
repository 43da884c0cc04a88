"""The short network is the full one: what is fitted is what faster-whisper gets."""

from tests.optional import need_modules


def test_the_short_network_is_the_full_one() -> None:
    need_modules("torch", "transformers")
    import torch

    from tests.whisper import lessons, network
    from tests.whisper.vocabulary import END, Vocabulary

    torch.manual_seed(1)
    vocabulary = Vocabulary(lessons.taught())
    net = network.short(vocabulary)
    net.train(False)
    full = network.full(net, vocabulary)
    heard = torch.zeros(1, network.MELS, 3000)
    heard[..., :250] = torch.randn(network.MELS, 250)
    seen = [vocabulary.special(name) for name in ("startoftranscript", "en", "transcribe", "notimestamps")]
    seen += vocabulary.encode(" Good morning.")
    numbers = {n: place for place, n in enumerate(vocabulary.places())}
    with torch.no_grad():
        short = network.understand(
            net, vocabulary, heard[..., : network.FRAMES], torch.tensor([seen])
        ).logits
        whole = full(
            input_features=heard,
            decoder_input_ids=torch.tensor([[numbers[token] for token in seen]]),
            use_cache=False,
        ).logits
    living = [n for n in range(vocabulary.size) if n != vocabulary.dead]
    assert numbers[vocabulary.special("endoftext")] == END
    likely = short.log_softmax(-1)[..., living]
    wholly = whole.log_softmax(-1)[..., [numbers[n] for n in living]]
    assert likely.std() > 0.5
    assert torch.allclose(likely, wholly, atol=1e-3)
    assert likely.exp().sum(-1).max() < 0.9, "dead tokens have their share"
