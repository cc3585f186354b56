"""The engine put together: settings, database, clock, and the verbs that hang on it."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from engine import connecting, live_files
from engine.authorization import Actor
from engine.boards import Boards
from engine.clock import Clock, SystemClock
from engine.connectors.outbound import AllowedHosts, Outbound
from engine.database import Database, DatabaseUnreachable
from engine.definitions import Definitions
from engine.deployments import Deployments
from engine.files import Files
from engine.history import Record
from engine.identity import Identity
from engine.incidents import Incidents
from engine.instances import Instances
from engine.jobs import Jobs
from engine.live_data import LiveData
from engine.migrating import Migrations
from engine.models import migration
from engine.notices.channels import Notices
from engine.parameters import Parameters
from engine.personal_data import PersonalData
from engine.privacy import Privacy
from engine.public.links import PublicLinks
from engine.records.registers import Registers
from engine.registers.table import HISTORY
from engine.resealing import reseal, reseal_records
from engine.role_holders import people_of
from engine.rules import Rules
from engine.sealing import Keys
from engine.settings import Settings
from engine.studio import Studio
from engine.tasks import Tasks


class ProcessEngine:
    """One front door. Each verb is one transaction and names who acts; nothing here knows that there is a web."""

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None,
                 database: Database | None = None):
        self.settings = settings or Settings.from_environ()
        self.clock: Clock = clock or SystemClock()
        self.database = database or Database(self.settings.database_url, Keys(*self.settings.data_keys))
        self.log = structlog.get_logger("bihuan")
        self.live = LiveData()
        self.definitions = Definitions()
        self.registers = Registers(self)
        self.files = Files(self)
        self.identity = Identity(self)
        self.deployments = Deployments(self)
        self.instances = Instances(self)
        self.tasks = Tasks(self)
        self.jobs = Jobs(self)
        self.incidents = Incidents(self)
        self.boards = Boards(self)
        self.rules = Rules(self)
        self.parameters = Parameters(self)
        self.public = PublicLinks(self)
        self.personal = PersonalData(self)
        self.privacy = Privacy(self)
        self.notices = Notices(self)
        self.migrations = Migrations(self)
        self.studio = Studio(self)
        self.outbound = Outbound(AllowedHosts(self.settings.http_hosts.split(",")))
        self.connectors = connecting.connectors(self)
        self.flows_taken: set[tuple[str, str]] | None = None  # scenarios gather coverage here

    def upgrade(self) -> None:
        """Bring the database to the newest schema; several programs that begin at once do so one after the other."""
        with self.database.transaction() as connection:
            self.database.take_turns(connection, "upgrade")
            migration.upgrade(connection)
            live_files.recover(connection)

    def ready(self) -> dict[str, Any]:
        """Whether the database has the newest schema. Raises :class:`DatabaseUnreachable`."""
        try:
            with self.database.reading() as connection:
                current = migration.current(connection)
        except OperationalError as error:
            raise DatabaseUnreachable(why=str(error.orig).strip().splitlines()[0]) from error
        newest = migration.newest()
        return {"ready": current == newest, "schema": current, "newest": newest}

    def reseal(self) -> int:
        """Bring what is sealed under the newest key (:mod:`engine.resealing`); returns how many rows changed."""
        with self.database.reading() as connection:
            stores = self.registers.stores(connection).values()
        return reseal(self.database, [HISTORY]) + reseal_records(self.database, stores)

    def close(self) -> None:
        """Close the connections."""
        self.database.dispose()

    # -- mechanism shared by the verbs

    def note(self, connection: Connection, by: Actor | None, verb: str, **detail: Any) -> None:
        """One entry of the history that belongs to no step of a run."""
        record = Record(self.clock.now(), by.person_id if by else None)
        root_id, element_id = detail.pop("root_id", None), detail.pop("element_id", "")
        record.tell(verb, root_id=root_id, element_id=element_id, **detail)
        record.write(connection)

    def functions(self, connection: Connection) -> dict[str, Any]:
        """What expressions may call besides FEEL and working time: look-ups in registers and of people."""
        return {**self.registers.functions(connection), "people": people_of(self.live, connection)}

    def call_context(self, job: Any) -> dict[str, Any]:
        """What a connector learns about the job it works for."""
        return connecting.context(self, job)
