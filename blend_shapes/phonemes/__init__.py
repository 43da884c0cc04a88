"""Phones and their times, phone sets, and what each phone asks of the face."""
