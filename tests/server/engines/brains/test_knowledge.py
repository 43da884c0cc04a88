import re

import pytest

from server.characters import load
from server.engines.brains.knowledge import KnowledgeBrain
from server.engines.brains.retrieval import is_wide
from server.history import History
from server.speech.character import Answer, Character
from tests.contracts.brain import BrainContract, think

MIRA = load("mira")


@pytest.fixture
def brain() -> KnowledgeBrain:
    return KnowledgeBrain()


@pytest.fixture
def character() -> Character:
    return MIRA


class TestContract(BrainContract):
    pass


def answer_to(known_question: str) -> Answer:
    return next(answer for answer in MIRA.knowledge if known_question in answer.questions)


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("Hello!!", "hello"),
        ("hi mira, tell me a joke please", "joke"),
        ("Hello! What is FaceWire?", "what is FaceWire"),
        ("wat is facewire??", "what is FaceWire"),
        ("Can you tell me what FaceWire is?", "what is FaceWire"),
        ("ＦａｃｅＷｉｒｅ是什么？", "什么是FaceWire"),
        ("hwo are you", "how are you"),
        ("WHO ARE YOU", "who are you"),
        ("what’s your name?", "what is your name"),
        ("how do i get this into unity", "Unity"),
        ("is there a plugin for Unreal Engine 5?", "Unreal Engine"),
        ("does it work in virtual reality?", "virtual reality"),
        ("what's a visem", "what is a viseme"),
        ("what is a segmant", "what is a segment"),
        ("How do you keep lips and audio in sync?", "sync"),
        ("how do i interrupr you", "interrupt"),
        ("which licence does it have", "what is the licence"),
        ("does it cost anything", "is it free"),
        ("how fast is the response", "response time"),
        ("can it run on a laptop without internet", "do I need internet"),
        ("what languages can you speak", "languages"),
        ("你好！", "你好"),
        ("你好，你是谁？", "你是谁"),
        ("请问怎么在Unity里面使用呢", "怎么在Unity里使用"),
        ("虚幻引擎可以用吗", "虚幻引擎"),
        ("讲一个笑话吧", "讲个笑话"),
        ("这个软件免费吗？", "免费吗"),
        ("谢谢你！", "谢谢"),
        ("支持哪些语言", "支持什么语言"),
    ],
)
async def test_questions_as_people_ask_them(brain: KnowledgeBrain, asked: str, known: str) -> None:
    assert await think(brain, asked, MIRA) in answer_to(known).replies


async def test_every_known_question_finds_its_answer(brain: KnowledgeBrain) -> None:
    for answer in MIRA.knowledge:
        for question in answer.questions:
            assert await think(brain, question, MIRA) in answer.replies, question


@pytest.mark.parametrize("name", ["Ada", "Bo 2", "小林"])
async def test_who_asks_may_stand_before_the_question(brain: KnowledgeBrain, name: str) -> None:
    for answer in MIRA.knowledge:
        for question in answer.questions:
            assert await think(brain, f"{name}: {question}", MIRA) in answer.replies, question


@pytest.mark.parametrize(
    "asked",
    [
        "What is the capital of France?",
        "Who won the world cup in 2018?",
        "flibber gabber zork",
        "asdf",
        "solve x squared minus four",
        "法国的首都是哪里",
        "一加一等于几",
        "",
        "?!",
    ],
)
async def test_what_nobody_taught_gets_the_fallback(brain: KnowledgeBrain, asked: str) -> None:
    assert await think(brain, asked, MIRA) in MIRA.fallback


async def test_the_reply_is_in_the_language_of_the_question(brain: KnowledgeBrain) -> None:
    for answer in MIRA.knowledge:
        if "say something in Chinese" in answer.questions:
            continue
        for question in answer.questions:
            reply = re.sub(r"\[\w+\]", "", await think(brain, question, MIRA))
            assert is_wide(reply) == is_wide(question), question
    assert is_wide(await think(brain, "一加一等于几", MIRA))


async def test_asked_again_it_says_it_differently_and_comes_round(brain: KnowledgeBrain) -> None:
    history = History()
    said = []
    for _ in range(4):
        said.append(await think(brain, "tell me a joke", MIRA, history))
        history = history.asked("tell me a joke").heard(said[-1])
        history = history.asked("thanks").heard("You're welcome!")
    assert len(set(said[:3])) == 3
    assert said[3] == said[0]


async def test_a_character_without_knowledge_says_its_fallback_or_nothing(brain: KnowledgeBrain) -> None:
    assert await think(brain, "Hello", Character("Empty")) == ""
    assert (
        await think(brain, "Hello", Character("Empty", fallback=("I know nothing.",))) == "I know nothing."
    )


async def test_the_threshold_is_the_callers(brain: KnowledgeBrain) -> None:
    character = Character(
        "One", knowledge=(Answer(("what is a segment",), ("A message.",)),), fallback=("No.",)
    )
    assert await think(KnowledgeBrain(threshold=1.0), "a segment", character) == "No."
    assert await think(KnowledgeBrain(threshold=0.0), "a segment", character) == "A message."
    with pytest.raises(ValueError, match="0 to 1"):
        KnowledgeBrain(threshold=1.5)


async def test_many_characters_share_one_brain(brain: KnowledgeBrain) -> None:
    for number in range(100):
        character = Character("n", knowledge=(Answer(("hello",), (f"I am {number}.",)),))
        assert await think(brain, "hello", character) == f"I am {number}."
