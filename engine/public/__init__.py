"""Customers without an account: recording a case, answering by a link, following what became of it."""
