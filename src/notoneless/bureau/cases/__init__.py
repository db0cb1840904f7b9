"""A case (一人一案): from a gap that was seen to the child in class again, proved."""
