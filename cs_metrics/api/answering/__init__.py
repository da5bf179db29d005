"""What a Version and a View answer: the parts of `Answers`, one for each kind of question."""
