"""Registers within the engine: for processes, forms and screens, by permission, masked and with their history."""
