"""Judges the code of a question as a fair teacher would, from what it returns for inputs that it has not seen.

sheet = CodeQuestion.of_key(key, "sigmoid-code")
model = Model(sandbox, seed=secrets.randbits(32))
with sandbox.player() as player:
    loaded = player.load(cells)
    judgement = judge_code(question, model, player, loaded)
"""

from checks.submissions.judging.judge import judge_code
from checks.submissions.judging.judgement import CodeJudgement, Note, Part
from checks.submissions.judging.kinds import Kind
from checks.submissions.judging.model import Model
from checks.submissions.judging.question import CodeQuestion

__all__ = ["CodeJudgement", "CodeQuestion", "Kind", "Model", "Note", "Part", "judge_code"]
