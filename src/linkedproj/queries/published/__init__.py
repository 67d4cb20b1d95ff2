"""What a release shows of the saved questions: their texts, answers, an index, and descriptions for other tools."""
