"""FEEL's built-in functions."""
from __future__ import annotations
import datetime as dt
import functools
from decimal import (Decimal, DecimalException, ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN,
                     ROUND_HALF_UP, ROUND_UP)
import re
import re2                                        # linear time, bounded memory: patterns come from users
from . import values as V
from .compiler import (MAX_LIST, MAX_STRING, ARITH, Function, Range, add, coerce, contains_point, index, invoke, member_test)
from .values import CTX, FeelError, FeelLimitError, YearsMonths, equal, kind, less, less_eq, num, text

F = {}
BAD = object()
KIND_OF = {'s': ('string',), 'n': ('number',), 'b': ('boolean',), 'l': ('list',), 'c': ('context',), 'r': ('range',),
           'f': ('function',), 'd': ('date', 'date and time'), 'u': ('days and time duration', 'years and months duration')}


def _arg(v, t):
    """Check (and, as DMN has it, coerce) one argument; BAD if it does not fit.  Lower case: null is not accepted."""
    if t == 'a':
        return v
    opt = t.isupper()
    t = t.lower()
    if v is None:
        return None if opt else BAD
    k, ks = kind(v), KIND_OF[t]
    if k in ks:
        return num(v) if t == 'n' else v
    if t == 'l':
        return [v]
    if k == 'list' and len(v) == 1 and kind(v[0]) in ks:
        return num(v[0]) if t == 'n' else v[0]
    return BAD


def bif(name, params, types, *more):
    """params: names, '?' at the end of an optional one; types: one letter each (see KIND_OF; capital: null allowed)."""
    plist = [p for p in params.split(',') if p]
    need = sum(not p.endswith('?') for p in plist)

    def deco(fn):
        def call(*args):
            if not need <= len(args) <= len(plist):
                return None
            out = []
            for a, t in zip(args, types):
                a = _arg(a, t)
                if a is BAD:
                    return None
                out.append(a)
            return fn(*out)
        names = [plist] + [[p for p in m.split(',')] for m in more]
        F[name] = Function(names, call, None, name)
        return fn
    return deco


def varargs(name, pname='list'):
    """f(list) or f(a, b, c)"""
    def deco(fn):
        def call(*args):
            if not args:
                return None
            if len(args) == 1:
                xs = args[0]
                if xs is None:
                    return None
                return fn(xs if isinstance(xs, list) else [xs])
            return fn(list(args))
        F[name] = Function([[pname]], call, None, name)
        return fn
    return deco


# ---- conversion
@bif('date', 'from', 'a', 'year,month,day')
def _date(v):
    k = kind(v)
    if k == 'string':
        return V.parse_date(v)
    if k == 'date and time':
        return v.date()
    return v if k == 'date' else None


def _date_call(*args):
    if len(args) == 3:
        try:
            ns = [_arg(a, 'n') for a in args]
            if any(n is BAD or n != int(n) for n in ns):
                return None
            return dt.date(*map(int, ns))
        except (ValueError, OverflowError):
            return None
    return _date(args[0]) if len(args) == 1 else None


F['date'].call = _date_call


@bif('date and time', 'from', 'a', 'date,time', 'year,month,day,hour,minute,second,offset?', 'date,time,timezone')
def _dt1(v):
    k = kind(v)
    if k == 'string':
        return V.parse_datetime(v)
    if k == 'date':
        return dt.datetime(v.year, v.month, v.day)
    return v if k == 'date and time' else None


def _datetime_call(*args):
    try:
        if len(args) == 1:
            return _dt1(args[0])
        if len(args) == 2:
            d, t = args
            if kind(d) in ('date', 'date and time') and kind(t) == 'time':
                return dt.datetime.combine(d.date() if kind(d) == 'date and time' else d, t)
            if kind(d) in ('date', 'date and time') and kind(t) == 'string':
                z = V.zone(t)
                d = _dt1(d)
                return d.astimezone(z) if d.tzinfo else d.replace(tzinfo=z)
            return None
        if len(args) in (6, 7):
            d = _date_call(*args[:3])
            t = _time_call(*args[3:])
            return None if d is None or t is None else dt.datetime.combine(d, t)
    except Exception:
        return None


F['date and time'].call = _datetime_call


@bif('time', 'from', 'a', 'hour,minute,second,offset?')
def _time1(v):
    k = kind(v)
    if k == 'string':
        return V.parse_time(v)
    if k == 'date and time':
        return v.timetz()
    if k == 'date':
        return dt.time(0, 0, tzinfo=V.UTC)
    return v if k == 'time' else None


def _time_call(*args):
    if len(args) == 1:
        return _time1(args[0])
    if len(args) not in (3, 4):
        return None
    h, m, s = (_arg(a, 'n') for a in args[:3])
    if BAD in (h, m, s) or h != int(h) or m != int(m):
        return None
    tz = None
    if len(args) == 4 and args[3] is not None:
        o = args[3]
        if kind(o) == 'days and time duration':
            tz = dt.timezone(o) if abs(o) <= dt.timedelta(hours=18) else BAD
        elif kind(o) == 'string':
            tz = V.zone(o)
        else:
            return None
        if tz is BAD:
            return None
    try:
        return dt.time(int(h), int(m), int(s), int((Decimal(s) - int(s)) * 1000000), tzinfo=tz)
    except ValueError:
        return None


F['time'].call = _time_call


@bif('duration', 'from', 'a')
def _duration(v):
    if kind(v) in ('days and time duration', 'years and months duration'):
        return v
    return V.parse_duration(v) if kind(v) == 'string' else None


@bif('years and months duration', 'from,to', 'dd')
def _ym(a, b):
    m = (b.year - a.year) * 12 + b.month - a.month
    if m > 0 and b.day < a.day:
        m -= 1
    elif m < 0 and b.day > a.day:
        m += 1
    return YearsMonths(m)


@bif('number', 'from,grouping separator,decimal separator', 'sSS')
def _number(s, g, d):
    if g is not None and g not in (' ', ',', '.') or d is not None and d not in ('.', ',') or (g is not None and g == d):
        return None
    if g:
        s = s.replace(g, '')
    if d:
        s = s.replace(d, '.')
    if not re.fullmatch(r'-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?', s) or len(s) > 60:
        return None
    return int(s) if s.lstrip('-').isdigit() and len(s) < 34 else CTX.create_decimal(s)


def _number_call(*args):
    if len(args) == 1:
        v = args[0]
        if kind(v) == 'number':
            return num(v)
        return _number(v, None, None) if kind(v) == 'string' else None
    if len(args) != 3:
        return None
    a = [_arg(x, t) for x, t in zip(args, 'sSS')]
    return None if BAD in a else _number(*a)


F['number'].call = _number_call
F['number'].params = [['from', 'grouping separator?', 'decimal separator?']]


@bif('string', 'from', 'a')
def _string(v):
    return None if v is None else text(v)


@bif('boolean', 'from', 'a')
def _boolean(v):
    return v if isinstance(v, bool) else {'true': True, 'false': False}.get(v) if isinstance(v, str) else None


@bif('range', 'from', 's')
def _range(s):
    from .parser import Parser
    from .values import FeelSyntaxError
    import re
    m = re.fullmatch(r'\s*([\[(\]])(.*)\.\.(.*)([\])\[])\s*', s, re.S)
    if not m:
        return None
    ends = []
    for t in (m[2], m[3]):
        t = t.strip()
        if not t:
            return None
        try:
            a = Parser(t, (), MULTI).whole()
        except FeelSyntaxError:
            return None
        v = _literal(a)
        if v is BAD or v is None:
            return None
        ends.append(v)
    a, b = ends
    if kind(a) != kind(b) or less_eq(a, b) is not True:
        return None
    return Range(a, b, m[1] == '[', m[4] == ']')


def _literal(a):
    k = a[0]
    if k == 'num':
        return int(a[1]) if a[1].isdigit() else CTX.create_decimal(a[1])
    if k == 'neg' and a[1][0] == 'num':
        return -_literal(a[1])
    if k == 'str':
        return a[1]
    if k == 'at':
        return V.parse_at(a[1])
    if k == 'call' and a[1][0] == 'var' and a[1][1] in ('date', 'time', 'date and time', 'duration') and all(x[0] in ('num', 'str') for x in a[2]):
        return F[a[1][1]].call(*[_literal(x) for x in a[2]])
    return BAD


# ---- boolean
@bif('not', 'negand', 'a')
def _not(v):
    return (not v) if isinstance(v, bool) else None


@bif('is', 'value1?,value2?', 'aa')
def _is(*a):
    a, b = (list(a) + [None, None])[:2]
    if kind(a) != kind(b):
        return False
    if kind(a) in ('time', 'date and time'):
        if V.tz_text(a.tzinfo) != V.tz_text(b.tzinfo):
            return False
        return a.replace(tzinfo=None) == b.replace(tzinfo=None)
    return equal(a, b) is True


# ---- strings
def _ss(s, start, length=None):
    start = int(start)
    n = len(s)
    if start == 0 or abs(start) > n or (length is not None and length < 1):
        return None
    i = start - 1 if start > 0 else n + start
    return s[i:] if length is None else s[i:i + int(length)]


bif('substring', 'string,start position,length?', 'snN')(_ss)
bif('string length', 'string', 's')(len)
bif('upper case', 'string', 's')(str.upper)
bif('lower case', 'string', 's')(str.lower)
bif('contains', 'string,match', 'ss')(lambda s, m: m in s)
bif('starts with', 'string,match', 'ss')(lambda s, m: s.startswith(m))
bif('ends with', 'string,match', 'ss')(lambda s, m: s.endswith(m))
bif('substring before', 'string,match', 'ss')(lambda s, m: s.partition(m)[0] if m and m in s else '')
bif('substring after', 'string,match', 'ss')(lambda s, m: s if not m else s.partition(m)[2] if m in s else '')
bif('trim', 'string', 's')(str.strip)


@functools.lru_cache(maxsize=512)
def _rx(p, flags):
    o = re2.Options()
    o.max_mem, o.log_errors = 1 << 20, False
    o.case_sensitive = 'i' not in flags
    o.dot_nl = 's' in flags
    if len(p) > 2000:
        raise FeelLimitError('the pattern is too long')
    if 'q' in flags:
        p = re2.escape(p)
    elif 'x' in flags:
        out, depth, i = [], 0, 0
        while i < len(p):
            c = p[i]
            if c == '\\' and i + 1 < len(p):
                if p[i + 1].isspace():                         # x collapses whitespace even after a backslash
                    j = i + 1
                    while j < len(p) and p[j].isspace():
                        j += 1
                    out.append('\\' + p[j:j + 1])
                    i = j + 1
                    continue
                if p[i + 1] in 'pP' and p[i + 2:i + 3] == '{':
                    e = p.index('}', i)
                    out.append(''.join(p[i:e + 1].split()))
                    i = e + 1
                    continue
                out.append(p[i:i + 2])
                i += 2
                continue
            depth += c == '['
            depth -= c == ']'
            if not (c.isspace() and depth == 0):
                out.append(c)
            i += 1
        p = ''.join(out)
    elif re.search(r'\\[pP]\{[^}]*\s', p):
        raise ValueError('whitespace in a property name')
    if re.search(r'\[[^\]]*\\\d', p):
        raise ValueError('back-reference in a class')
    if 's' not in flags and 'q' not in flags:
        p = _dot(p)
    return re2.compile(('(?m)' if 'm' in flags else '') + p, o)


def _dot(p):
    """Without the s flag '.' does not match \\n nor \\r."""
    out, depth, i = [], 0, 0
    while i < len(p):
        c = p[i]
        if c == '\\':
            out.append(p[i:i + 2])
            i += 2
            continue
        depth += c == '['
        depth -= c == ']'
        out.append(r'[^\n\r]' if c == '.' and depth <= 0 else c)
        i += 1
    return ''.join(out)


def _regex(p, flags):
    flags = flags or ''
    if set(flags) - set('ismxq'):
        return None
    return _rx(p, ''.join(sorted(set(flags))))


def _guard(f):
    try:
        return f()
    except (re2.error, ValueError, KeyError):
        return None


@bif('matches', 'input,pattern,flags?', 'ssS')
def _matches(s, p, flags=None):
    def go():
        r = _regex(p, flags)
        return None if r is None else r.search(s) is not None
    return _guard(go)


@bif('replace', 'input,pattern,replacement,flags?', 'sssS')
def _replace(s, p, rep, flags=None):
    def go():
        r = _regex(p, flags)
        if r is None:
            return None
        if 'q' in (flags or ''):
            return r.sub(lambda m: rep, s)
        parts = re.findall(r'\\[\\$]|\$\d|[^\\$]+|.', rep, flags=re.S)

        def sub(m):
            out = []
            for x in parts:
                if x[0] == '$' and len(x) == 2:
                    g = int(x[1])
                    out.append((m.group(g) or '') if g <= r.groups else '')
                else:
                    out.append(x[1] if x[0] == '\\' and len(x) == 2 else x)
            return ''.join(out)
        out = r.sub(sub, s)
        if len(out) > MAX_STRING:
            raise FeelLimitError('the string grows too long')
        return out
    return _guard(go)


@bif('split', 'string,delimiter', 'ss')
def _split(s, d):
    return _guard(lambda: [x or '' for x in _rx(d, '').split(s)] if d else None)


@bif('extract', 'input,pattern', 'ss')
def _extract(s, p):
    return _guard(lambda: [m.group(0) for m in _rx(p, '').finditer(s)])


@bif('string join', 'list,delimiter?', 'lS')
def _join(xs, d=None):
    if any(x is not None and kind(x) != 'string' for x in xs):
        return None
    xs = [x for x in xs if x is not None]
    if sum(map(len, xs)) + len(d or '') * len(xs) > MAX_STRING:
        raise FeelLimitError('the string grows too long')
    return (d or '').join(xs)


# ---- lists
bif('list contains', 'list,element', 'la')(lambda xs, e: any(equal(x, e) is True for x in xs))
bif('count', 'list', 'l')(len)


def _nums(xs):
    out = [num(x) if kind(x) == 'number' else None for x in xs]
    return None if None in out else out


def _extreme(xs, less_):
    if not xs:
        return None
    m = xs[0]
    if kind(m) in ('null', 'context', 'list', 'boolean', 'function'):
        return None
    for x in xs[1:]:
        r = less_(x, m)
        if r is None:
            return None
        if r:
            m = x
    return m


varargs('min')(lambda xs: _extreme(xs, less))
varargs('max')(lambda xs: _extreme(xs, lambda a, b: less(b, a)))


@varargs('sum')
def _sum(xs):
    if not xs:
        return None
    r = xs[0]
    if kind(r) not in ('number', 'days and time duration', 'years and months duration'):
        return None
    r = num(r) if kind(r) == 'number' else r
    for x in xs[1:]:
        r = add(r, x)
        if r is None:
            return None
    return r


@varargs('mean')
def _mean(xs):
    ns = _nums(xs)
    return None if not ns else ARITH['/'](_sum(ns), len(ns))


@varargs('product')
def _product(xs):
    ns = _nums(xs)
    if not ns:
        return None
    r = 1
    for n in ns:
        r = ARITH['*'](r, n)
    return r


@varargs('median')
def _median(xs):
    ns = _nums(xs)
    if not ns:
        return None
    ns.sort()
    n = len(ns)
    return ns[n // 2] if n % 2 else ARITH['/'](ARITH['+'](ns[n // 2 - 1], ns[n // 2]), 2)


@varargs('stddev')
def _stddev(xs):
    ns = _nums(xs)
    if not ns or len(ns) < 2:
        return None
    ds = [Decimal(n) for n in ns]
    m = CTX.divide(sum(ds), len(ds))
    return CTX.sqrt(CTX.divide(sum(((d - m) ** 2 for d in ds), Decimal(0)), Decimal(len(ds) - 1)))


@varargs('mode')
def _mode(xs):
    ns = _nums(xs)
    if ns is None:
        return None
    c = {}
    for n in ns:
        c[n] = c.get(n, 0) + 1
    top = max(c.values(), default=0)
    return sorted(n for n, k in c.items() if k == top)


def _bool_fold(stop):
    def f(xs):
        r = not stop
        for x in xs:
            if x is stop:
                return stop
            if x is not (not stop):
                r = None
        return r
    return f


for _n, _s in (('all', False), ('and', False), ('any', True), ('or', True)):
    varargs(_n)(_bool_fold(_s))


@bif('sublist', 'list,start position,length?', 'lnN')
def _sublist(xs, start, length=None):
    start = int(start)
    n = len(xs)
    if start == 0 or abs(start) > n or (length is not None and length < 1):
        return None
    i = start - 1 if start > 0 else n + start
    if length is not None and i + int(length) > n:
        return None
    return xs[i:] if length is None else xs[i:i + int(length)]


def _append(*args):
    if len(args) < 2 or args[0] is None:
        return None
    xs = args[0] if isinstance(args[0], list) else [args[0]]
    return xs + list(args[1:])


F['append'] = Function([['list', 'item']], _append, None, 'append')


def _concat(*args):
    if not args:
        return None
    out = []
    for a in args:
        if a is None:
            return None
        out += a if isinstance(a, list) else [a]
        if len(out) > MAX_LIST:
            raise FeelLimitError('the list grows too long')
    return out


def _distinct(xs):
    out = []
    for x in xs:
        V.charge(1 + len(out) // 8)
        if not any((x is None and y is None) or equal(x, y) is True for y in out):
            out.append(x)
    return out


F['concatenate'] = Function([['list']], _concat, None, 'concatenate')
F['union'] = Function([['list']], lambda *a: None if (c := _concat(*a)) is None else _distinct(c), None, 'union')
bif('distinct values', 'list', 'l')(_distinct)
bif('reverse', 'list', 'l')(lambda xs: xs[::-1])


@bif('insert before', 'list,position,newItem', 'lna')
def _insert(xs, p, v):
    p = int(p)
    if p == 0 or abs(p) > len(xs):
        return None
    i = p - 1 if p > 0 else len(xs) + p
    return xs[:i] + [v] + xs[i:]


@bif('remove', 'list,position', 'ln')
def _remove(xs, p):
    p = int(p)
    if p == 0 or abs(p) > len(xs):
        return None
    i = p - 1 if p > 0 else len(xs) + p
    return xs[:i] + xs[i + 1:]


@bif('list replace', 'list,position,newItem', 'laa', 'list,match,newItem')
def _list_replace(xs, p, v):
    if kind(p) == 'function':
        if len(p.params) != 2:
            return None
        out = []
        for x in xs:
            m = invoke(p, [x, v])
            if not isinstance(m, bool):
                return None
            out.append(v if m else x)
        return out
    p = num(p) if kind(p) == 'number' else None
    if p is None:
        return None
    p = int(p)
    if p == 0 or abs(p) > len(xs):
        return None
    i = p - 1 if p > 0 else len(xs) + p
    return xs[:i] + [v] + xs[i + 1:]


bif('index of', 'list,match', 'la')(lambda xs, m: [i + 1 for i, x in enumerate(xs) if (x is None and m is None) or equal(x, m) is True])


@bif('flatten', 'list', 'l')
def _flatten(xs):
    out = []
    V.charge(len(xs))
    for x in xs:
        out += _flatten(x) if isinstance(x, list) else [x]
    return out


@bif('sort', 'list,precedes?', 'lF')
def _sort(xs, f=None):
    if f is None:
        def lt(a, b):
            return less(a, b)
    else:
        if len(f.params) != 2:
            return None

        def lt(a, b):
            return invoke(f, [a, b])
    bad = []

    def c(a, b):
        x = lt(a, b)
        if x is True:
            return -1
        if x is None:
            bad.append(1)
        return 1 if lt(b, a) is True else 0
    r = sorted(xs, key=functools.cmp_to_key(c))
    return None if bad else r


@bif('partition', 'list,size', 'ln')
def _partition(xs, n):
    n = int(n)
    return [xs[i:i + n] for i in range(0, len(xs), n)] if n > 0 else None


# ---- numbers
def _quant(v, n, mode):
    if n != int(n) and mode != 'decimal':
        pass
    n = int(n)
    if not -6111 <= n <= 6176:
        return None
    try:
        v = v if isinstance(v, Decimal) else Decimal(v)
        return v if -v.as_tuple().exponent <= n else v.quantize(Decimal(1).scaleb(-n), rounding=mode, context=None) + 0
    except DecimalException:
        return v if n > 0 else None


bif('decimal', 'n,scale', 'nn')(lambda v, n: _quant(v, n, ROUND_HALF_EVEN))
for _n, _m in (('floor', ROUND_FLOOR), ('ceiling', ROUND_CEILING)):
    bif(_n, 'n,scale?', 'nn')(lambda v, n=0, _m=_m: _quant(v, n, _m))
for _n, _m in (('round up', ROUND_UP), ('round down', ROUND_DOWN), ('round half up', ROUND_HALF_UP), ('round half down', ROUND_HALF_DOWN),
               ('round', ROUND_HALF_EVEN)):
    bif(_n, 'n,scale', 'nn')(lambda v, n, _m=_m: _quant(v, n, _m))


@bif('abs', 'n', 'a')
def _abs(v):
    k = kind(v)
    if k == 'list' and len(v) == 1:
        v, k = v[0], kind(v[0])
    if k == 'number':
        return abs(num(v))
    if k == 'days and time duration':
        return abs(v)
    return YearsMonths(abs(v.months)) if k == 'years and months duration' else None


@bif('modulo', 'dividend,divisor', 'nn')
def _modulo(a, b):
    if b == 0:
        return None
    a, b = Decimal(a), Decimal(b)
    try:
        q = CTX.divide(a, b).to_integral_value(rounding=ROUND_FLOOR)
        return CTX.subtract(a, CTX.multiply(b, q))
    except DecimalException:
        return None


def _real(name, f):
    def g(v):
        try:
            r = f(Decimal(v))
            return r if r.is_finite() else None
        except DecimalException:
            return None
    bif(name, 'number', 'n')(g)


_real('sqrt', lambda d: CTX.sqrt(d) if d >= 0 else Decimal('NaN'))
_real('log', lambda d: CTX.ln(d) if d > 0 else Decimal('NaN'))
_real('exp', lambda d: CTX.exp(d))
bif('odd', 'number', 'n')(lambda v: None if v != int(v) else int(v) % 2 == 1)
bif('even', 'number', 'n')(lambda v: None if v != int(v) else int(v) % 2 == 0)


# ---- dates
DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
bif('day of year', 'date', 'd')(lambda d: d.timetuple().tm_yday)
bif('day of week', 'date', 'd')(lambda d: DAYS[d.weekday()])
bif('month of year', 'date', 'd')(lambda d: MONTHS[d.month - 1])
bif('week of year', 'date', 'd')(lambda d: d.isocalendar()[1])
bif('last day of month', 'date', 'd')(lambda d: (V.add_months(d.replace(day=1), 1) - dt.timedelta(days=1)).day)
bif('now', '', '')(lambda: V.moment())
bif('today', '', '')(lambda: None if (m := V.moment()) is None else m.date())


# ---- contexts
@bif('get value', 'm,key', 'ca', 'context,key', 'context,keys')
def _get_value(c, k):
    if isinstance(k, str):
        return c.get(k)
    if isinstance(k, list) and k:
        for x in k:
            if not isinstance(c, dict) or x not in c:
                return None
            c = c[x]
        return c
    return None


F['get value'].params = [['m', 'key']]
bif('get entries', 'm', 'c')(lambda c: [{'key': k, 'value': v} for k, v in c.items()])


@bif('context', 'entries', 'l')
def _context(xs):
    out = {}
    for x in xs:
        if not isinstance(x, dict) or not isinstance(x.get('key'), str) or 'value' not in x or x['key'] in out:
            return None
        out[x['key']] = x['value']
    return out


@bif('context put', 'context,key,value', 'caa', 'context,keys,value')
def _put(c, k, v):
    if isinstance(k, str):
        return {**c, k: v}
    if isinstance(k, list) and k and all(isinstance(x, str) for x in k):
        if len(k) == 1:
            return {**c, k[0]: v}
        inner = c.get(k[0])
        if inner is not None and not isinstance(inner, dict):
            return None
        if inner is None:
            return None
        r = _put(inner, k[1:], v)
        return None if r is None else {**c, k[0]: r}
    return None


@bif('context merge', 'contexts', 'l')
def _merge(xs):
    out = {}
    for x in xs:
        if not isinstance(x, dict):
            return None
        out.update(x)
    return out


# ---- ranges
def _r(v):
    return isinstance(v, Range)


def _cmp(a, b):
    """-1, 0, 1 or None"""
    x = less(a, b)
    if x is None:
        return None
    return -1 if x else 1 if less(b, a) else 0


def rel(name, params):
    def deco(fn):
        def call(*args):
            if len(args) != 2 or args[0] is None or args[1] is None:
                return None
            try:
                return fn(*args)
            except TypeError:
                return None
        F[name] = Function([params.split(',')] + [['point', 'range'], ['range', 'point'], ['range1', 'range2'], ['point1', 'point2']], call, None, name)
        return fn
    return deco


@rel('before', 'point1,point2')
def _before(a, b):
    x, xi = (a.hi, a.hi_in) if _r(a) else (a, True)
    y, yi = (b.lo, b.lo_in) if _r(b) else (b, True)
    c = _cmp(x, y)
    return None if c is None else c < 0 or (c == 0 and not (xi and yi))


@rel('after', 'point1,point2')
def _after(a, b):
    return _before(b, a)


@rel('meets', 'range1,range2')
def _meets(a, b):
    return a.hi_in and b.lo_in and equal(a.hi, b.lo) if _r(a) and _r(b) else None


@rel('met by', 'range1,range2')
def _met_by(a, b):
    return _meets(b, a)


@rel('overlaps', 'range1,range2')
def _overlaps(a, b):
    if not (_r(a) and _r(b)):
        return None
    p, q = _before(a, b), _before(b, a)
    return None if p is None or q is None else not p and not q


def _starts_before(a, b):
    c = _cmp(a.lo, b.lo)
    return None if c is None else c < 0 or (c == 0 and a.lo_in and not b.lo_in)


def _ends_before(a, b):
    c = _cmp(a.hi, b.hi)
    return None if c is None else c < 0 or (c == 0 and not a.hi_in and b.hi_in)


@rel('overlaps before', 'range1,range2')
def _ob(a, b):
    if not (_r(a) and _r(b)):
        return None
    e = _ends_before(a, b)
    same_end = _cmp(a.hi, b.hi) == 0 and a.hi_in == b.hi_in
    return bool(_starts_before(a, b) and (e or same_end) and not _before(a, b))


@rel('overlaps after', 'range1,range2')
def _oa(a, b):
    if not (_r(a) and _r(b)):
        return None
    sb = _starts_before(b, a)
    same_end = _cmp(a.hi, b.hi) == 0 and a.hi_in == b.hi_in
    return bool(sb and (_ends_before(b, a) or same_end) and not _before(b, a))


@rel('finishes', 'point,range')
def _finishes(a, b):
    if not _r(b):
        return None
    if not _r(a):
        return b.hi_in and equal(a, b.hi)
    sb = _starts_before(a, b)
    return None if sb is None else a.hi_in == b.hi_in and equal(a.hi, b.hi) is True and not sb


@rel('finished by', 'range,point')
def _finished_by(a, b):
    return _finishes(b, a)


@rel('includes', 'range,point')
def _includes(a, b):
    if not _r(a):
        return None
    if not _r(b):
        return contains_point(a, b)
    p, q = _starts_before(b, a), _ends_before(a, b)
    return None if p is None or q is None else not p and not q


@rel('during', 'point,range')
def _during(a, b):
    return _includes(b, a)


@rel('starts', 'point,range')
def _starts(a, b):
    if not _r(b):
        return None
    if not _r(a):
        return b.lo_in and equal(a, b.lo)
    e = _ends_before(b, a)
    return None if e is None else a.lo_in == b.lo_in and equal(a.lo, b.lo) is True and not e


@rel('started by', 'range,point')
def _started_by(a, b):
    return _starts(b, a)


@rel('coincides', 'point1,point2')
def _coincides(a, b):
    if _r(a) != _r(b):
        return None
    return equal(a, b)


from .parser import multi  # noqa: E402
MULTI = multi(F)
