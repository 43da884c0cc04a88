"""Contact sheets of the generated head: what to look at after every change of its geometry."""
