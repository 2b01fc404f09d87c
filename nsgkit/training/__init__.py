"""Practice on flow logs that names the mistake: lessons, exercises, progress.

Everything is made from a seed, so a group has the same rows; nothing leaves the machine. Who reads this
package finds the answers; an exam (`python -m nsgkit training exam`) gives them to nobody.
"""

from nsgkit.training.exams.practice import PracticeReport, report
from nsgkit.training.exams.sitting import Exam, open_exam
from nsgkit.training.lesson import Lesson, start
from nsgkit.training.question import Question

__all__ = ["Exam", "Lesson", "PracticeReport", "Question", "open_exam", "report", "start"]
