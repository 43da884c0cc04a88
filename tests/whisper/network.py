"""The tiny Whisper as a network that is quick to train, and the same one in Whisper's full size.

Whisper always hears 30 seconds, of which nearly all is the silence put behind an utterance, and always
knows 51,865 tokens, of which nearly all are dead here. Positions after the first POSITIONS have the
place of the last of those, so that their silences are all alike: attention to one of them, raised by the
logarithm of their number, is attention to all. So is the probability of one dead token that of all.
What is fitted is thus the full network, to the last bit of the arithmetic, at a fraction of the work.
"""

import math
from typing import Any, Final, NamedTuple

import torch
from transformers import AttentionInterface, AttentionMaskInterface, WhisperConfig
from transformers import WhisperForConditionalGeneration as Whisper
from transformers.masking_utils import sdpa_mask

from tests.whisper.vocabulary import END, SIZE, Vocabulary

POSITIONS: Final = 300
"""The first six seconds."""
ALL_POSITIONS: Final = 1500
FRAMES: Final = 2 * POSITIONS
"""Of the spectrogram."""
MELS: Final = 80
ALIGNED: Final = (1, 0)
"""Layer and head of the decoder that attends to the word it says."""
WIDTH, _HEADS, _ENCODER, _DECODER, _LONGEST = 64, 2, 3, 2, 448
_SPREAD: Final = 0.1
"""Of weights at first: with 0.02, as is usual, positions would drown the sound in so narrow a network."""
_ATTENTION: Final = "last_position_counts_for_all"


class Understanding(NamedTuple):
    """What the network makes of a batch."""

    logits: Any
    """Of the next token: (batch, tokens, vocabulary.size)."""
    view: Any
    """The encoder's: (batch, POSITIONS, WIDTH)."""
    attention: Any
    """Of the head ALIGNED: (batch, tokens, POSITIONS), sums of 1."""


def short(vocabulary: Vocabulary) -> Whisper:
    """The network to be trained: POSITIONS long, with the tokens of `vocabulary`."""
    config = _config(vocabulary.size, POSITIONS, vocabulary.special("endoftext"))
    config._attn_implementation = _ATTENTION
    return Whisper(config)


def understand(net: Whisper, vocabulary: Vocabulary, heard: Any, seen: Any) -> Understanding:
    """Of spectrograms (batch, MELS, FRAMES) and the tokens seen before (batch, tokens)."""
    found = net(input_features=heard, decoder_input_ids=seen, use_cache=False, output_attentions=True)
    logits = found.logits.float()
    logits[..., vocabulary.dead] += math.log(vocabulary.dead_count)
    layer, head = ALIGNED
    attention = found.cross_attentions[layer][:, head].float()
    return Understanding(logits, found.encoder_last_hidden_state, attention)


def full(net: Whisper, vocabulary: Vocabulary) -> Whisper:
    """The same network in Whisper's own size and numbers."""
    grown = Whisper(_config(SIZE, ALL_POSITIONS, END))
    weights = {name: weight.detach().clone() for name, weight in net.state_dict().items()}
    places = torch.tensor(vocabulary.places())
    for name in ("model.decoder.embed_tokens.weight", "proj_out.weight"):
        weights[name] = weights[name][places]
    positions = weights["model.encoder.embed_positions.weight"]
    rest = positions[-1:].expand(ALL_POSITIONS - POSITIONS, -1)
    weights["model.encoder.embed_positions.weight"] = torch.cat([positions, rest])
    grown.load_state_dict(weights)
    grown.train(False)
    return grown


def _config(tokens: int, positions: int, end: int) -> WhisperConfig:
    return WhisperConfig(
        vocab_size=tokens,
        num_mel_bins=MELS,
        d_model=WIDTH,
        encoder_layers=_ENCODER,
        decoder_layers=_DECODER,
        encoder_attention_heads=_HEADS,
        decoder_attention_heads=_HEADS,
        encoder_ffn_dim=4 * WIDTH,
        decoder_ffn_dim=4 * WIDTH,
        max_source_positions=positions,
        max_target_positions=_LONGEST,
        dropout=0.0,
        init_std=_SPREAD,
        pad_token_id=end,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=end + 1,
        suppress_tokens=None,
        begin_suppress_tokens=None,
        tie_word_embeddings=True,
    )


def _attend(
    module: Any, query: Any, key: Any, value: Any, attention_mask: Any, *, scaling: float, **_: Any
) -> tuple[Any, Any]:
    """Scaled dot products; where an utterance is attended to, its last position counts for all that follow.

    Written out, which costs less here than the fused one's way back.
    """
    scores = torch.matmul(query * scaling, key.transpose(-1, -2))
    if key.shape[-2] == POSITIONS:
        scores[..., -1] += math.log(ALL_POSITIONS - POSITIONS + 1)
    elif query.shape[-2] > 1:
        scores = scores + torch.full(scores.shape[-2:], -math.inf, dtype=scores.dtype).triu(1)
    shares = scores.softmax(-1).to(value.dtype)
    return torch.matmul(shares, value).transpose(1, 2).contiguous(), shares


AttentionInterface.register(_ATTENTION, _attend)
AttentionMaskInterface.register(_ATTENTION, sdpa_mask)
