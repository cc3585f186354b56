"""The verbs around people, one module per family; :class:`engine.identity.Identity` puts them together."""
