"""Hypothesis strategies: any message a peer may send."""

from typing import Any

from hypothesis import strategies as st

from protocol import messages as m

times = st.integers(0, 2**53 - 1)
milliseconds = st.floats(0, 1e9)
texts = st.text(max_size=60)
names = st.text(max_size=200) | st.sampled_from(["arkit", "pcm16"])
rates = st.integers(8000, 48000)
fps = st.integers(1, 240)
blobs = st.binary(max_size=300)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


positions = st.builds(m.Position, times, times)
audio = st.builds(m.AudioFormatInfo, st.sampled_from(["pcm16", "opus"]), rates)
formats = st.sampled_from(["q8", "f32"])

from_client: st.SearchStrategy[m.FromClient] = st.one_of(
    st.builds(
        m.Hello,
        token=maybe(texts),
        client=maybe(st.builds(m.ClientInfo, names, names)),
        mode=st.sampled_from(["converse", "drive"]),
        character=maybe(names),
        language=maybe(names),
        audio=maybe(st.builds(m.AudioOffer, st.lists(names, max_size=3).map(tuple), maybe(rates))),
        mic=maybe(audio),
        face=maybe(st.builds(m.FaceOffer, formats, maybe(fps), names)),
        max_ahead_ms=maybe(st.integers(100, 10_000)),
        session=maybe(names),
        resume_token=maybe(names),
        resume=maybe(positions),
    ),
    st.builds(m.Text, texts, maybe(names)),
    st.builds(m.Say, texts, maybe(names), maybe(names), st.sampled_from(["now", "next", "last"])),
    st.builds(m.Interrupt, maybe(times)),
    st.builds(
        m.Played,
        times,
        times,
        st.sampled_from(["playing", "starved", "idle"]),
        maybe(milliseconds),
        maybe(times),
        maybe(milliseconds),
    ),
    st.builds(m.Mic, st.sampled_from(["open", "closed", "muted"])),
    st.builds(m.Configure, maybe(names), maybe(names), maybe(names), maybe(names)),
    st.builds(m.Join, names, maybe(names)),
    st.builds(m.Leave, names),
    st.builds(m.Ping, times),
    st.builds(m.Bye),
    st.builds(m.Microphone, times, times, blobs),
)

from_server: st.SearchStrategy[m.FromServer] = st.one_of(
    st.builds(
        m.Welcome,
        times,
        texts,
        texts,
        texts,
        milliseconds,
        audio,
        st.builds(
            m.FaceFormatInfo, formats, fps, texts, st.lists(texts, max_size=5).map(tuple), st.booleans()
        ),
        st.builds(m.Limits, times, times, times, times, milliseconds, milliseconds),
        texts,
        st.lists(texts, max_size=5).map(tuple),
        maybe(audio),
        maybe(positions),
    ),
    st.builds(m.Clip, st.sampled_from(["idle", "listening", "thinking"]), fps, blobs),
    st.builds(m.State, st.sampled_from(["idle", "listening", "thinking", "speaking"])),
    st.builds(m.Heard, texts, st.booleans(), maybe(texts)),
    st.builds(m.Turn, times, st.sampled_from(["text", "speech", "say", "greeting"]), maybe(texts)),
    st.builds(m.Caption, times, times, times, texts),
    st.builds(m.Mood, times, times, texts, st.floats(0, 1)),
    st.builds(m.Cue, times, times, texts),
    st.builds(m.End, times, times),
    st.builds(m.Flush, times, texts, times),
    st.builds(m.Duck, times, st.floats(0, 1), times),
    st.builds(m.Timings, times, st.dictionaries(texts, st.floats(-1e9, 1e9), max_size=20)),
    st.builds(
        m.Peer,
        texts,
        times,
        texts,
        st.sampled_from(["joined", "left", "muted"]),
        st.booleans(),
        maybe(texts),
    ),
    st.builds(m.Said, times, times, times, texts),
    st.builds(m.Error, texts, texts, maybe(times), maybe(times), st.booleans()),
    st.builds(m.Pong, times, times),
    st.builds(m.Segment, times, times, times, blobs, times, blobs),
    st.builds(m.PeerSegment, times, times, times, blobs, times, blobs),
    st.builds(m.Mirror, times, times, blobs),
)
