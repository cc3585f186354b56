"""A step that did not do what its story says, in both languages."""

from __future__ import annotations

from engine.cards import Bilingual
from engine.errors import BihuanError, Invalid


class StepFailed(BihuanError):
    """A step did not do what the story says; ``zh`` and ``en`` are the whole sentences."""

    code, http_status = "step_failed", 422

    def __init__(self, zh: str, en: str):
        super().__init__(zh=zh, en=en)

    def sentence(self, lang: str = "zh") -> str:
        return self.params["en" if lang.startswith("en") else "zh"]


def words_of(error: BihuanError) -> Bilingual:
    """What went wrong in both languages, with the fields of a form that was refused."""
    zh, en = error.sentence("zh"), error.sentence("en") if isinstance(error, StepFailed) else str(error)
    if isinstance(error, Invalid) and error.fields:
        zh += " " + "；".join(f"{one.path}：{one.zh}" for one in error.fields)
        en += " " + "; ".join(f"{one.path}: {one.en}" for one in error.fields)
    return Bilingual(zh, en)


def joined(told: list[Bilingual]) -> Bilingual:
    """Several sentences as one."""
    return Bilingual("；".join(one.zh for one in told), "; ".join(one.in_("en") for one in told))
