"""Processes that run an engine: asked many times, stopped when they take too long, and replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from linkedproj.check.limits import EngineError, Limits
from linkedproj.check.workers import Pool, Worker, cores

if TYPE_CHECKING:
    from pathlib import Path

# An engine that does what its data say.
ENGINE = """
import os, time

def load(shapes):
    if shapes == b"broken":
        raise ValueError("no shapes")

    def judge(data):
        word, _, rest = data.decode().partition(" ")
        if word == "sleep":
            time.sleep(float(rest))
        if word == "die":
            os._exit(7)
        if word == "fill":
            held = bytearray(int(rest) << 20)
        if word == "fail":
            raise TypeError(rest)
        return [{"process": os.getpid(), "data": rest}]

    return judge
"""


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    (tmp_path / "made_up_engine.py").write_text(ENGINE)
    (tmp_path / "shapes").write_text("sound")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return {"module": "made_up_engine", "shapes": str(tmp_path / "shapes"), "megabytes": 1024}


def request(tmp_path: Path, text: str) -> dict[str, Any]:
    path = tmp_path / f"{text.replace(' ', '-')}.nt"
    path.write_text(text)
    return {"files": [str(path)]}


def test_one_process_answers_many_times(tmp_path: Path, setup: dict[str, Any]) -> None:
    worker = Worker(setup, Limits())
    answers = [worker.ask(request(tmp_path, f"say {n}"), 0)[0] for n in range(3)]
    worker.close()
    assert len({answer["process"] for answer in answers}) == 1
    assert [answer["data"] for answer in answers] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sleep 60", "did not finish within 1 seconds"),
        ("die", "could not be run: no reason given"),
        ("fill 4000", "needed more memory than the 1024 MB"),
        ("fail so", "the SHACL engine failed with TypeError: so"),
    ],
)
def test_what_fails_is_said_and_the_next_question_is_answered(
    tmp_path: Path, setup: dict[str, Any], text: str, sentence: str
) -> None:
    worker = Worker(setup, Limits(seconds=1))
    with pytest.raises(EngineError, match=sentence):
        worker.ask(request(tmp_path, text), 0)
    assert worker.ask(request(tmp_path, "say again"), 0)[0]["data"] == "again"
    worker.close()


def test_shapes_that_an_engine_cannot_read_end_in_a_sentence(tmp_path: Path, setup: dict[str, Any]) -> None:
    (tmp_path / "shapes").write_text("broken")
    worker = Worker(setup, Limits())
    with pytest.raises(EngineError, match=r"^the SHACL engine failed with ValueError: no shapes$"):
        worker.ask(request(tmp_path, "say it"), 0)
    worker.close()


def test_a_pool_answers_in_the_order_of_the_questions(tmp_path: Path, setup: dict[str, Any]) -> None:
    questions = [(request(tmp_path, text), 0) for text in ("sleep 0.3", *(f"say {n}" for n in range(7)))]
    with Pool(setup, Limits(), 2) as pool:
        answers = [answer[0] for answer in pool.ask(questions)]
    assert [answer["data"] for answer in answers] == ["0.3", *map(str, range(7))]
    assert len({answer["process"] for answer in answers}) == 2


def test_a_failure_ends_the_others(tmp_path: Path, setup: dict[str, Any]) -> None:
    questions = [(request(tmp_path, text), 0) for text in ("fail so", "sleep 50", "sleep 51")]
    with Pool(setup, Limits(seconds=40), 2) as pool, pytest.raises(EngineError, match="so"):
        list(pool.ask(questions))


def test_more_data_get_more_time() -> None:
    assert Limits().seconds_for(10_000) == 120
    assert Limits().seconds_for(100 << 20) == 1120


def test_there_is_a_processor() -> None:
    assert cores() >= 1
    assert Pool({}, Limits()).jobs == cores()
