"""Registers: tables declared in YAML whose records outlive a case.

    register = read_register(text, file, groups, analyse=feel.compile)
    deploy_register(connection, register)                    make or widen reg_<key>, never destructive
    store = RegisterStore(register, evaluate)
    store.save(connection, values, by=login, at=now); store.find(connection, {"kind": "dealer"}, text="恒泰")
"""

from __future__ import annotations

from engine.registers.batch import Batch, RowOutcome
from engine.registers.erasing import erase, unname
from engine.registers.merging import merge, relate, twin_groups, twins, twins_among
from engine.registers.paging import page_of
from engine.registers.record import Change, Record, RecordClosed, RecordMerged
from engine.registers.register import Register, check_register, read_register, register_schema
from engine.registers.rewriting import rewrite
from engine.registers.store import MOST, RegisterStore
from engine.registers.table import MERGED, PREFIX, RELATED, deploy_register, table_of
from engine.registers.together import read_together
from engine.registers.words import searchable

__all__ = ["MERGED", "MOST", "PREFIX", "RELATED", "Batch", "Change", "Record", "RecordClosed", "RecordMerged",
           "Register", "RegisterStore", "RowOutcome", "check_register", "deploy_register", "erase", "merge", "page_of",
           "read_register", "read_together", "register_schema", "relate", "rewrite", "searchable", "table_of",
           "twin_groups", "twins", "twins_among", "unname"]
