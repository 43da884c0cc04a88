"""Voice chat in which everybody has a face: who is in which room, and who hears whom. See README.md."""
