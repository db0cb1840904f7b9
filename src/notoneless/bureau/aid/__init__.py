"""Student aid: what is owed to whom, approved by two people, paid once, found when it was not."""
