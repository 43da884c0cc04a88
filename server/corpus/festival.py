"""Utterances of festival (Black and Taylor 1997): diphones of people who speak several languages.

A voice's phones are read as IPA by a table of its own. As in flite, a stop's label begins at its closure.
"""

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scipy.io import wavfile

from blend_shapes.phonemes import arpabet
from blend_shapes.phonemes.normalise import from_closures
from server.corpus.spoken import RATE, Spoken, at_corpus_rate, within

PROGRAM: Final = "festival"


def _table(entries: str) -> dict[str, str]:
    return dict(entry.split("=") for entry in entries.split())


# Source: each voice's phone set (PhoneSet.description) and its language's usual transcription.
_ITALIAN: Final = _table("E=ɛ O=ɔ ts=ts tS=tʃ dz=dz dZ=dʒ S=ʃ Z=ʒ J=ɲ ng=ŋ nf=ɱ L=ʎ g=ɡ #=")
_CZECH: Final = _table("c=ts c~=tʃ ch=x d~=ɟ t~=c n~=ɲ n*=ŋ dz~=dʒ s~=ʃ z~=ʒ r~=r̝ r~*=r̝ h=ɦ g=ɡ #= _=ʔ")
_FINNISH: Final = _table("@=æ 7=ø &=ə T=θ D=ð S=ʃ Z=ʒ L=ʎ N=ŋ v=ʋ g=ɡ #= ##=")
_RUSSIAN: Final = _table(
    "ii=i yy=ɨ uu=u ee=ɛ oo=o aa=a y=ɨ ae=ə ay=ə ur=ə c=ts ch=tɕ sh=ʃ sch=ɕ zh=ʒ h=x hh=x g=ɡ pau= "
    "pp=p bb=b tt=t dd=d kk=k gg=ɡ ff=f vv=v ss=s zz=z mm=m nn=n ll=l rr=r"
)
_INDIC: Final = _table(
    "a=ə aa=a ih=ɪ iy=i uh=ʊ uw=u eh=ɛ ee=e ay=aɪ oh=o oo=o aw=aʊ g=ɡ ch=tʃ T=ʈ D=ɖ N=ɳ th=t dh=d y=j L=ɭ "
    "R=ɽ sh=ʃ j=dʒ ksh=kʃ sri=ʃɹi x=x kh=k gh=ɡ td=ʈ tth=ʈ ddh=ɖ bh=b zh=ʒ @=ə w=ʋ v=ʋ pau="
)


@dataclass(frozen=True, slots=True)
class FestivalVoice:
    """A voice, the language and encoding of its texts, and what its phones are in IPA (None: ARPABET)."""

    name: str
    language: str
    encoding: str
    table: dict[str, str] | None


VOICES: Final = {
    voice.name: voice
    for voice in (
        FestivalVoice("kal_diphone", "en-us", "latin-1", None),
        FestivalVoice("ked_diphone", "en-us", "latin-1", None),
        FestivalVoice("lp_diphone", "it", "latin-1", _ITALIAN),
        FestivalVoice("pc_diphone", "it", "latin-1", _ITALIAN),
        FestivalVoice("czech_ph", "cs", "iso-8859-2", _CZECH),
        FestivalVoice("czech_dita", "cs", "iso-8859-2", _CZECH),
        FestivalVoice("czech_krb", "cs", "iso-8859-2", _CZECH),
        FestivalVoice("czech_machac", "cs", "iso-8859-2", _CZECH),
        FestivalVoice("suo_fi_lj_diphone", "fi", "latin-1", _FINNISH),
        FestivalVoice("hy_fi_mv_diphone", "fi", "latin-1", _FINNISH),
        FestivalVoice("msu_ru_nsh_clunits", "ru", "utf-8", _RUSSIAN),
        FestivalVoice("hindi_NSK_diphone", "hi", "utf-8", _INDIC),
        FestivalVoice("telugu_NSK_diphone", "te", "utf-8", _INDIC),
    )
}


def speak(texts: Sequence[str], voice: FestivalVoice, stretch: float) -> Iterator[Spoken]:
    """The texts one after the other; what festival cannot say is left out.

    `stretch` is a factor on durations. Raises OSError without the program.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "say.scm")
        script.write_bytes(_script(texts, voice, stretch, Path(folder)))
        subprocess.run([PROGRAM, "-b", str(script)], check=False, capture_output=True)
        for n in range(len(texts)):
            sound, labels = Path(folder, f"{n}.wav"), Path(folder, f"{n}.seg")
            if sound.exists() and labels.exists():
                rate, samples = wavfile.read(sound)
                at16k = at_corpus_rate(samples, rate)
                phones = from_closures(_labels(labels.read_text(errors="replace"), voice))
                yield Spoken(at16k, within(phones, len(at16k) / RATE))


def _script(texts: Sequence[str], voice: FestivalVoice, stretch: float, folder: Path) -> bytes:
    lines = [f"(voice_{voice.name})", f"(Parameter.set 'Duration_Stretch {stretch:.3f})"]
    for n, text in enumerate(texts):
        plain = text.replace("\\", " ").replace('"', " ")
        lines += [
            f'(set! u (utt.synth (Utterance Text "{plain}")))',
            f'(utt.save.wave u "{folder}/{n}.wav" \'riff)',
            f'(utt.save.segs u "{folder}/{n}.seg")',
        ]
    return "\n".join(lines).encode(voice.encoding, errors="ignore")


def _labels(text: str, voice: FestivalVoice) -> Iterator[tuple[str, int, float]]:
    """(IPA, stress, end in seconds) from festival's segment file."""
    _, _, body = text.partition("#\n")
    for line in body.splitlines():
        cells = line.split()
        if len(cells) >= 3:
            yield *_ipa(cells[-1], voice), float(cells[0])


def _ipa(label: str, voice: FestivalVoice) -> tuple[str, int]:
    if voice.table is None:
        return arpabet.to_ipa(label)
    if label in voice.table:
        return voice.table[label], 0
    name = label.rstrip("1:")
    return voice.table.get(name, name), int(label.endswith("1"))
