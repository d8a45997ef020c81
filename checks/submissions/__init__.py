"""Submissions: students' notebooks and files, run where they can do no harm, judged where they cannot look."""
