"""FEEL values: natural Python ones, plus what Python lacks (years-months duration, range, function)."""
from __future__ import annotations
import datetime as dt
import re
import threading
from decimal import Decimal, Context, ROUND_HALF_EVEN, InvalidOperation, Overflow, DivisionByZero
from zoneinfo import ZoneInfo

from .errors import FeelError, FeelLimitError, FeelSyntaxError  # noqa: F401

# IEEE 754-2008 decimal128, as the DMN standard asks
CTX = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, Overflow, DivisionByZero])


class Budget:
    """Steps an evaluation may still take; also charged for walking lists and contexts (a value may share parts, so that a
    short expression can denote an exponentially large one)."""
    __slots__ = ('steps', 'calls', 'clock', 'functions', 'types', 'reasons')

    def __init__(self, steps, clock=None, functions=None, types=None, reasons=None):
        self.steps, self.calls = steps, 0
        self.clock, self.functions, self.types, self.reasons = clock, functions, types, reasons

    def tick(self, n=1):
        self.steps -= n
        if self.steps < 0:
            raise FeelLimitError('the expression takes too many steps')


LOCAL = threading.local()


def charge(n):
    b = getattr(LOCAL, 'budget', None)
    if b is not None:
        b.tick(n)


def measure(v):
    """Charge for every part of a result, shared or not."""
    if isinstance(v, (list, dict)):
        charge(len(v))
        for x in (v.values() if isinstance(v, dict) else v):
            if isinstance(x, (list, dict)):
                measure(x)
    return v


class YearsMonths:
    __slots__ = ('months',)

    def __init__(self, months):
        self.months = months

    def __eq__(self, o):
        return isinstance(o, YearsMonths) and o.months == self.months

    def __hash__(self):
        return hash(('years and months duration', self.months))

    def __repr__(self):
        return f'YearsMonths({ymd_text(self)})'


class Range:
    __slots__ = ('lo', 'hi', 'lo_in', 'hi_in', 'op')

    def __init__(self, lo, hi, lo_in, hi_in, op=None):
        self.lo, self.hi, self.lo_in, self.hi_in, self.op = lo, hi, lo_in, hi_in, op

    def __eq__(self, o):
        return (isinstance(o, Range) and (self.lo_in, self.hi_in, self.op) == (o.lo_in, o.hi_in, o.op)
                and equal(self.lo, o.lo) is True and equal(self.hi, o.hi) is True)

    __hash__ = None


class Function:
    """A FEEL function: `params` names (and types), `call(*args)`."""
    __slots__ = ('params', 'types', 'call', 'name', 'result')

    def __init__(self, params, call, types=None, name=None, result=None):
        self.params, self.call, self.types, self.name, self.result = params, call, types, name, result


KINDS = {type(None): 'null', bool: 'boolean', int: 'number', Decimal: 'number', float: 'number', str: 'string', list: 'list',
         tuple: 'list', dict: 'context', dt.datetime: 'date and time', dt.date: 'date', dt.time: 'time', dt.timedelta: 'days and time duration',
         YearsMonths: 'years and months duration', Range: 'range', Function: 'function'}


def kind(v):
    k = KINDS.get(type(v))
    if k is None:
        for c, k in KINDS.items():                   # subclasses (e.g. Box, OrderedDict)
            if isinstance(v, c):
                return k
        return 'unknown'
    return k


def num(v):
    """Any number -> int | Decimal (None if it is not one)."""
    t = type(v)
    if t is int or t is Decimal:
        return v
    if t is float:
        d = Decimal(repr(v))
        return d if d.is_finite() else None
    return None


def as_int(v):
    v = num(v)
    return None if v is None else int(v)


# ---- temporal
_DATE = re.compile(r'(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)\Z')
_TIME = re.compile(r'(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:(Z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z0-9_+\-/]+))?\Z')
_DUR = re.compile(r'(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d*))?S)?)?\Z')
UTC = dt.timezone.utc
_zones = {}


def zone(name):
    z = _zones.get(name)
    if z is None:
        if not re.fullmatch(r'[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+)*', name):
            raise ValueError(name)
        z = ZoneInfo(name)
        if len(_zones) < 1000:
            _zones[name] = z
    return z


def parse_date(s):
    m = _DATE.match(s)
    if not m:
        return None
    try:
        return dt.date(int(m[1]), int(m[2]), int(m[3]))
    except ValueError:
        return None


def parse_time(s):
    m = _TIME.match(s)
    if not m:
        return None
    tz = None
    try:
        if m[5]:
            tz = UTC
        elif m[6]:
            h, mi, sec = int(m[7]), int(m[8]), int(m[9] or 0)
            if h > 18 or mi > 59 or sec > 59:
                return None
            tz = dt.timezone((1 if m[6] == '+' else -1) * dt.timedelta(hours=h, minutes=mi, seconds=sec))
        elif m[10]:
            tz = zone(m[10])
        return dt.time(int(m[1]), int(m[2]), int(m[3]), int(((m[4] or '') + '000000')[:6]), tzinfo=tz)
    except Exception:
        return None


def parse_datetime(s):
    d, t, rest = s.partition('T')
    d = parse_date(d)
    if d is None:
        return None
    if not t:
        return dt.datetime(d.year, d.month, d.day)
    if rest.startswith('24:00:00'):                            # midnight at the end of the day
        t = parse_time('00' + rest[2:])
        return None if t is None or t.replace(tzinfo=None) != dt.time() or d == dt.date.max else \
            dt.datetime.combine(d + dt.timedelta(days=1), t)
    t = parse_time(rest)
    return None if t is None else dt.datetime.combine(d, t)


def parse_duration(s):
    m = _DUR.match(s)
    if not m or s.endswith('P') or s.endswith('T'):
        return None
    sg = -1 if m[1] else 1
    if m[2] or m[3]:
        return None if m[4] or m[5] else YearsMonths(sg * (int(m[2] or 0) * 12 + int(m[3] or 0)))
    try:
        return sg * dt.timedelta(days=int(m[4] or 0), hours=int(m[6] or 0), minutes=int(m[7] or 0), seconds=int(m[8] or 0),
                                 microseconds=int(((m[9] or '') + '000000')[:6]))
    except OverflowError:
        return None


def parse_at(s):
    for f in (parse_date, parse_time, parse_duration):
        v = f(s)
        if v is not None:
            return v
    return parse_datetime(s) if 'T' in s else None


def offset(v):
    """Offset in seconds of a time or date-time, None for a local one (a time in a named zone takes today's offset)."""
    tz = v.tzinfo
    if tz is None:
        return None
    if isinstance(v, dt.time) and isinstance(tz, ZoneInfo):
        v = dt.datetime.combine((moment() or dt.datetime(2000, 1, 1)).date(), v)
    return int(v.utcoffset().total_seconds())


def time_secs(v):
    """Microseconds on the UTC line for a zoned time, of the day for a local one."""
    return (v.hour * 3600 + v.minute * 60 + v.second - (offset(v) or 0)) * 1000000 + v.microsecond


def num_text(v):
    v = num(v)
    if isinstance(v, int):
        return str(v)
    if v == v.to_integral_value() and abs(v) < Decimal('1e34'):
        return str(int(v))
    return format(v.normalize(CTX), 'f')


def tz_text(tz, v=None):
    if tz is None:
        return ''
    if isinstance(tz, ZoneInfo):
        return '@' + tz.key
    o = int(tz.utcoffset(None).total_seconds())
    if o == 0:
        return 'Z'
    a = abs(o)
    return f"{'-' if o < 0 else '+'}{a // 3600:02d}:{a % 3600 // 60:02d}" + (f':{a % 60:02d}' if a % 60 else '')


def time_text(v):
    us = f'.{v.microsecond:06d}'.rstrip('0') if v.microsecond else ''
    return f'{v.hour:02d}:{v.minute:02d}:{v.second:02d}{us}{tz_text(v.tzinfo)}'


def date_text(v):
    return f'{v.year:04d}-{v.month:02d}-{v.day:02d}'


def ymd_text(v):
    n = abs(v.months)
    y, m = divmod(n, 12)
    return ('-' if v.months < 0 else '') + 'P' + (f'{y}Y' if y else '') + (f'{m}M' if m or not y else '')


def dtd_text(v):
    us = (v.days * 86400 + v.seconds) * 1000000 + v.microseconds
    sg, us = ('-' if us < 0 else ''), abs(us)
    d, us = divmod(us, 86400000000)
    h, us = divmod(us, 3600000000)
    m, us = divmod(us, 60000000)
    s, us = divmod(us, 1000000)
    t = (f'{h}H' if h else '') + (f'{m}M' if m else '') + (f"{s}{f'.{us:06d}'.rstrip('0') if us else ''}S" if s or us else '')
    return sg + 'P' + ((f'{d}D' if d else '') + ('T' + t if t else '') or 'T0S')


def text(v, top=True):
    """FEEL's string()."""
    k = kind(v)
    if k == 'string':
        return v if top else '"' + v.replace('\\', '\\\\').replace('"', '\\"') + '"'
    if k == 'null':
        return 'null'
    if k == 'boolean':
        return 'true' if v else 'false'
    if k == 'number':
        return num_text(v)
    if k == 'date':
        return date_text(v)
    if k == 'time':
        return time_text(v)
    if k == 'date and time':
        return date_text(v) + 'T' + time_text(v)
    if k == 'years and months duration':
        return ymd_text(v)
    if k == 'days and time duration':
        return dtd_text(v)
    if k in ('list', 'context'):
        charge(len(v))
    if k == 'list':
        return '[' + ', '.join(text(x, False) for x in v) + ']'
    if k == 'context':
        return '{' + ', '.join(f'{_key(n)}: {text(x, False)}' for n, x in v.items()) + '}'
    if k == 'range':
        def e(x):
            t = text(x, False)
            return f'@"{t}"' if kind(x) in ('date', 'time', 'date and time', 'years and months duration', 'days and time duration') else t
        if v.op:
            return f'({v.op} {e(v.hi if v.hi is not None else v.lo)})'
        return f"{'[' if v.lo_in else '('}{e(v.lo)}..{e(v.hi)}{']' if v.hi_in else ')'}"
    if k == 'function':
        return f"function({', '.join(v.params or [])})"
    return str(v)


def _key(n):
    return n if re.fullmatch(r'[^\W\d][\w ]*', n) else '"' + n.replace('"', '\\"') + '"'


# ---- comparison
def equal(a, b):
    """Three-valued: None where the two are of different kinds."""
    if a is None or b is None:
        return a is b
    ka, kb = kind(a), kind(b)
    if ka != kb:
        return None
    if ka == 'number':
        return num(a) == num(b)
    if ka in ('string', 'boolean', 'date', 'days and time duration'):
        return a == b
    if ka == 'years and months duration':
        return a.months == b.months
    if ka == 'time':
        if (a.tzinfo is None) != (b.tzinfo is None):
            return False
        return time_secs(a) // 1000 == time_secs(b) // 1000
    if ka == 'date and time':
        if (a.tzinfo is None) != (b.tzinfo is None):
            return False
        return abs(a - b) < dt.timedelta(milliseconds=1) if a.tzinfo is None else _utc_ms(a) == _utc_ms(b)
    if ka == 'list':
        if len(a) != len(b):
            return False
        charge(len(a))
        return all(equal(x, y) is True for x, y in zip(a, b))
    if ka == 'context':
        charge(len(a))
        return len(a) == len(b) and all(k in b and equal(x, b[k]) is True for k, x in a.items())
    if ka == 'range':
        return a == b
    return a is b


def _utc_ms(v):
    u = v.astimezone(UTC)
    return (u.toordinal(), u.hour, u.minute, u.second, u.microsecond // 1000)


def less(a, b):
    """a < b, None where they cannot be compared."""
    ta, tb = type(a), type(b)
    if (ta is int or ta is Decimal) and (tb is int or tb is Decimal):
        return a < b
    k = kind(a)
    if k != kind(b):
        return None
    if k == 'number':
        a, b = num(a), num(b)
        return None if a is None or b is None else a < b
    if k in ('string', 'date', 'days and time duration'):
        return a < b
    if k == 'years and months duration':
        return a.months < b.months
    if k == 'time':
        if (a.tzinfo is None) != (b.tzinfo is None):
            return None
        return time_secs(a) < time_secs(b)
    if k == 'date and time':
        if (a.tzinfo is None) != (b.tzinfo is None):
            return None
        return a < b if a.tzinfo is None else a.astimezone(UTC) < b.astimezone(UTC)
    return None


def less_eq(a, b):
    x = less(b, a)
    return None if x is None else not x


def contains_point(r, v):
    """v in range r: three-valued."""
    if v is None:
        return None
    if r.op == '=':
        return equal(v, r.lo)
    if r.op == '!=':
        e = equal(v, r.lo)
        return None if e is None else not e
    res = True
    if r.lo is not None:
        x = less_eq(r.lo, v) if r.lo_in else less(r.lo, v)
        if x is None:
            return None
        res = res and x
    elif r.op is None:
        return None
    if r.hi is not None:
        x = less_eq(v, r.hi) if r.hi_in else less(v, r.hi)
        if x is None:
            return None
        res = res and x
    elif r.op is None:
        return None
    return res


def add_months(d, n):
    y, m = divmod(d.year * 12 + d.month - 1 + n, 12)
    if not 1 <= y <= 9999:
        return None
    m += 1
    last = (dt.date(y + m // 12, m % 12 + 1, 1) - dt.timedelta(days=1)).day if (y, m) != (9999, 12) else 31
    return d.replace(year=y, month=m, day=min(d.day, last))


def moment():
    """The moment of the clock given to the running evaluation, None where none was given."""
    b = getattr(LOCAL, 'budget', None)
    return None if b is None or b.clock is None else b.clock()


def as_function(name, f):
    """A function of the host as a FEEL value."""
    import inspect
    if isinstance(f, Function):
        return f
    ps = [p.name.replace('_', ' ') + ('' if p.default is p.empty else '?') for p in inspect.signature(f).parameters.values()]
    return Function(ps, f, None, name)
