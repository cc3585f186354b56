"""Registers: tables declared in YAML whose records outlive a case.

    register = read_register(text, file, groups, analyse=feel.compile)
    deploy_register(connection, register)                    make or widen reg_<key>, never destructive
    store = RegisterStore(register, evaluate)
    store.save(connection, values, by=login, at=now); store.find(connection, {"kind": "dealer"}, text="恒泰")
"""

from __future__ import annotations

from engine.registers.criteria import searchable
from engine.registers.register import Register, check_register, read_register, register_schema
from engine.registers.store import MOST, Change, Record, RecordClosed, RegisterStore
from engine.registers.table import PREFIX, deploy_register, table_of

__all__ = ["MOST", "PREFIX", "Change", "Record", "RecordClosed", "Register", "RegisterStore", "check_register",
           "deploy_register", "read_register", "register_schema", "searchable", "table_of"]
