"""P11: one running penalty at the latest optimum is exact; a spring per task counts the first task again and again."""

from fisher_app.frame.words import Words

words = Words.of(__file__)
