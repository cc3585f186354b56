"""AST -> Python closures f(env) -> value."""
from __future__ import annotations
import datetime as dt
from decimal import Decimal, DecimalException
from . import values as V
from .values import (Budget, CTX, FeelError, FeelLimitError, Function, Range, YearsMonths, contains_point, equal, kind, less, less_eq, num)

MAX_STEPS, MAX_CALLS, MAX_LIST, MAX_STRING = 200_000, 64, 100_000, 100_000
MISSING = object()


class Env:
    __slots__ = ('vars', 'parent', 'budget')

    def __init__(self, vars, parent, budget):
        self.vars, self.parent, self.budget = vars, parent, budget

    def child(self, vars):
        return Env(vars, self, self.budget)


TYPES = {'dateTime': 'date and time', 'number': 'number', 'string': 'string', 'boolean': 'boolean', 'date': 'date', 'time': 'time', 'date and time': 'date and time',
         'date and time': 'date and time', 'days and time duration': 'days and time duration', 'day and time duration': 'days and time duration', 'dayTimeDuration': 'days and time duration',
         'years and months duration': 'years and months duration', 'year and month duration': 'years and months duration', 'yearMonthDuration': 'years and months duration', 'list': 'list',
         'context': 'context', 'function': 'function', 'range': 'range', 'Null': 'null'}


def conforms(v, t, types=None, env=None):
    """Does value v conform to the type (AST)?  null conforms to all but is an instance of Null only."""
    k, x = t[0], t[1]
    if k == 't':
        if x == 'Any':
            return v is not None
        if x in TYPES:
            return kind(v) == TYPES[x]
        if types is not None:
            return types(v, x)
        return None
    if v is None:
        return False
    if k == 'list':
        return isinstance(v, list) and all(e is None or conforms(e, x, types) for e in v)
    if k == 'range':
        if not isinstance(v, Range):
            return False
        ends = [e for e in (v.lo, v.hi) if e is not None]
        return bool(ends) and all(conforms(e, x, types) for e in ends)
    if k == 'context':
        return isinstance(v, dict) and all(n in v and (v[n] is None or conforms(v[n], et, types)) for n, et in x.items())
    if k == 'function':
        if not isinstance(v, Function):
            return False
        if v.types is None:
            return len(v.params or ()) == len(x)
        return len(v.types) == len(x) and all(a is None or b == ('t', 'Any') or a == b or (a == ('t', 'Any'))
                                              for a, b in zip(v.types, x)) and (v.result is None or t[2] == ('t', 'Any') or v.result == t[2])
    return False


def coerce(v, t, types=None):
    """DMN's implicit conversions; None where none fits."""
    if v is None or t is None or conforms(v, t, types) or t == ('t', 'Any'):
        return v
    if isinstance(v, list) and len(v) == 1 and conforms(v[0], t, types):
        return v[0]
    if not isinstance(v, list) and conforms([v], t, types):
        return [v]
    if t == ('t', 'date and time') and kind(v) == 'date':
        return dt.datetime(v.year, v.month, v.day, tzinfo=V.UTC)
    return None


def fix(d):
    """A Decimal kept within decimal128."""
    return d


# ---- arithmetic
def add(a, b):
    ta, tb = type(a), type(b)
    if (ta is int or ta is Decimal) and (tb is int or tb is Decimal):
        return _num_op('+', a, b)
    ka, kb = kind(a), kind(b)
    if ka == 'number' == kb:
        return _num_op('+', num(a), num(b))
    if ka == 'string' == kb:
        if len(a) + len(b) > MAX_STRING:
            raise FeelLimitError('the string grows too long')
        return a + b
    if kb in ('date', 'date and time', 'time') and ka in ('days and time duration', 'years and months duration'):
        a, b, ka, kb = b, a, kb, ka
    return _shift(a, b, ka, kb, 1)


def _shift(a, b, ka, kb, sg):
    try:
        if ka == 'years and months duration' == kb:
            return YearsMonths(a.months + sg * b.months)
        if ka == 'days and time duration' == kb:
            return a + b if sg > 0 else a - b
        if kb == 'years and months duration' and ka in ('date', 'date and time'):
            return V.add_months(a, sg * b.months)
        if kb == 'days and time duration':
            if ka == 'date and time':
                return _plus(a, sg * b)
            if ka == 'date':
                d = dt.datetime(a.year, a.month, a.day) + sg * b
                return d.date()
            if ka == 'time':
                us = (a.hour * 3600 + a.minute * 60 + a.second) * 10 ** 6 + a.microsecond + sg * (b // dt.timedelta(microseconds=1))
                s, us = divmod(us % (86400 * 10 ** 6), 10 ** 6)
                return dt.time(s // 3600, s // 60 % 60, s % 60, us, tzinfo=a.tzinfo)
    except (OverflowError, ValueError):
        return None
    return None


def _plus(d, delta):
    if isinstance(d.tzinfo, V.ZoneInfo):                       # on the time line, not on the wall clock
        return (d.astimezone(V.UTC) + delta).astimezone(d.tzinfo)
    return d + delta


def sub(a, b):
    ta, tb = type(a), type(b)
    if (ta is int or ta is Decimal) and (tb is int or tb is Decimal):
        return _num_op('-', a, b)
    ka, kb = kind(a), kind(b)
    if ka == 'number' == kb:
        return _num_op('-', num(a), num(b))
    try:
        if ka in ('date', 'date and time') and kb in ('date', 'date and time'):
            x = a if ka == 'date and time' else dt.datetime(a.year, a.month, a.day, tzinfo=V.UTC)
            y = b if kb == 'date and time' else dt.datetime(b.year, b.month, b.day, tzinfo=V.UTC)
            if (x.tzinfo is None) != (y.tzinfo is None):
                return None
            return x - y if x.tzinfo is None else x.astimezone(V.UTC) - y.astimezone(V.UTC)
        if ka == 'time' == kb:
            if (a.tzinfo is None) != (b.tzinfo is None):
                return None
            return dt.timedelta(microseconds=V.time_secs(a) - V.time_secs(b))
    except OverflowError:
        return None
    return _shift(a, b, ka, kb, -1)


def mul(a, b):
    ka, kb = kind(a), kind(b)
    if ka == 'number' == kb:
        return _num_op('*', num(a), num(b))
    if ka == 'number':
        a, b, ka, kb = b, a, kb, ka
    if kb == 'number':
        return _scale(a, ka, num(b), False)
    return None


def _scale(a, ka, n, divide):
    try:
        if ka == 'years and months duration':
            x = CTX.divide(Decimal(a.months), n) if divide else Decimal(a.months) * n
            return YearsMonths(int(x))
        if ka == 'days and time duration':
            us = Decimal(a // dt.timedelta(microseconds=1))
            x = CTX.divide(us, n) if divide else us * n
            return dt.timedelta(microseconds=int(x))
    except (DecimalException, OverflowError):
        pass
    return None


def div(a, b):
    ka, kb = kind(a), kind(b)
    if ka == 'number' == kb:
        return _num_op('/', num(a), num(b))
    if kb == 'number':
        n = num(b)
        return None if n is None or n == 0 else _scale(a, ka, n if isinstance(n, Decimal) else Decimal(n), True)
    if ka == 'years and months duration' == kb:
        return None if b.months == 0 else _num_op('/', a.months, b.months)
    if ka == 'days and time duration' == kb:
        u = dt.timedelta(microseconds=1)
        return None if not b else _num_op('/', a // u, b // u)
    return None


_BIG = 10 ** 33


def _num_op(op, a, b):
    if a is None or b is None:
        return None
    try:
        if type(a) is int and type(b) is int and -_BIG < a < _BIG and -_BIG < b < _BIG:
            if op == '+':
                return a + b
            if op == '-':
                return a - b
            if op == '*':
                r = a * b
                return r if -_BIG < r < _BIG else CTX.create_decimal(r)
        a = a if type(a) is Decimal else Decimal(a)
        b = b if type(b) is Decimal else Decimal(b)
        if op == '+':
            return CTX.add(a, b)
        if op == '-':
            return CTX.subtract(a, b)
        if op == '*':
            return CTX.multiply(a, b)
        if op == '/':
            return CTX.divide(a, b)
        return CTX.power(a, b)
    except DecimalException:
        return None


def power(a, b):
    if kind(a) == 'number' == kind(b):
        return _num_op('**', num(a), num(b))
    return None


def neg(a):
    k = kind(a)
    if k == 'number':
        return -num(a)
    if k == 'days and time duration':
        return -a
    if k == 'years and months duration':
        return YearsMonths(-a.months)
    return None


ARITH = {'+': add, '-': sub, '*': mul, '/': div, '**': power}


def compare(op, a, b):
    if op == '=':
        return equal(a, b)
    if op == '!=':
        e = equal(a, b)
        return None if e is None else not e
    if a is None or b is None:
        return None
    if op == '<':
        return less(a, b)
    if op == '>':
        return less(b, a)
    if op == '<=':
        return less_eq(a, b)
    return less_eq(b, a)


def member_test(v, r):
    """v against the value r of a test expression: equal, in the list, in the range."""
    if isinstance(r, Range):
        if isinstance(v, Range):
            return equal(v, r)
        return contains_point(r, v)
    if isinstance(r, list):
        if isinstance(v, list) and equal(v, r) is True:
            return True
        res = False
        V.charge(len(r) // 8)
        for x in r:
            t = member_test(v, x) if isinstance(x, Range) else equal(v, x)
            if isinstance(x, list) and isinstance(v, list) and t is not True:
                t = equal(v, x)
            if t is True:
                return True
        return res
    return equal(v, r)


def any3(xs):
    r = False
    for x in xs:
        if x is True:
            return True
        if x is not False:
            r = None
    return r


PROPS = {
    'date': {'year': lambda v: v.year, 'month': lambda v: v.month, 'day': lambda v: v.day, 'weekday': lambda v: v.isoweekday()},
    'time': {'hour': lambda v: v.hour, 'minute': lambda v: v.minute, 'second': lambda v: _sec(v)},
    'years and months duration': {'years': lambda v: int(Decimal(v.months) // 12), 'months': lambda v: int(Decimal(v.months) % 12)},
    'days and time duration': {'days': lambda v: _dtd(v)[0], 'hours': lambda v: _dtd(v)[1], 'minutes': lambda v: _dtd(v)[2], 'seconds': lambda v: _dtd(v)[3]},
    'range': {'start': lambda v: v.lo, 'end': lambda v: v.hi, 'start included': lambda v: v.lo_in, 'end included': lambda v: v.hi_in},
}


def _sec(v):
    return v.second


def _dtd(v):
    us = v // dt.timedelta(microseconds=1)
    sg, us = (-1 if us < 0 else 1), abs(us)
    s = us // 10 ** 6
    return sg * (s // 86400), sg * (s // 3600 % 24), sg * (s // 60 % 60), sg * (s % 60)


def _tz(v):
    z = v.tzinfo
    return None if z is None else z.key if isinstance(z, V.ZoneInfo) else None


def _off(v):
    o = V.offset(v)
    return None if o is None else dt.timedelta(seconds=o)


PROPS['time'].update({'timezone': _tz, 'time offset': _off})
PROPS['date and time'] = {**PROPS['date'], **PROPS['time']}


def get(v, name):
    if isinstance(v, dict):
        return v.get(name)
    if isinstance(v, list):
        V.charge(len(v) // 8)
        return [get(x, name) for x in v]
    p = PROPS.get(kind(v))
    f = p.get(name) if p else None
    return f(v) if f else None


class Compiler:
    def __init__(self, builtins):
        self.builtins = builtins

    def __call__(self, n):
        return getattr(self, '_' + n[0])(n)

    # ---- leaves
    def _num(self, n):
        t = n[1]
        v = int(t) if t.isdigit() and len(t) < 34 else CTX.create_decimal(t)
        return lambda env: v

    def _str(self, n):
        v = n[1]
        return lambda env: v

    _const = _str

    def _at(self, n):
        v = V.parse_at(n[1])
        return lambda env: v

    def _var(self, n):
        name = n[1]
        b = self.builtins.get(name)

        def f(env):
            e = env
            while e is not None:
                v = e.vars
                if name in v:
                    return v[name]
                e = e.parent
            fs = env.budget.functions
            if fs is not None and name in fs:
                return V.as_function(name, fs[name])
            if b is None and env.budget.reasons is not None:
                env.budget.reasons.append(name)
            return b
        return f

    # ---- logic
    def _and(self, n):
        fs = [self(x) for x in n[1]]

        def f(env):
            r = True
            for g in fs:
                v = g(env)
                if v is False:
                    return False
                if v is not True:
                    r = None
            return r
        return f

    def _or(self, n):
        fs = [self(x) for x in n[1]]

        def f(env):
            r = False
            for g in fs:
                v = g(env)
                if v is True:
                    return True
                if v is not False:
                    r = None
            return r
        return f

    def _cmp(self, n):
        op, a, b = n[1], self(n[2]), self(n[3])
        if op == '=':
            return lambda env: equal(a(env), b(env))
        if op == '<':
            def f(env):
                x, y = a(env), b(env)
                return None if x is None or y is None else less(x, y)
            return f
        if op == '>':
            def f(env):
                x, y = a(env), b(env)
                return None if x is None or y is None else less(y, x)
            return f
        return lambda env: compare(op, a(env), b(env))

    def _between(self, n):
        a, lo, hi = self(n[1]), self(n[2]), self(n[3])

        def f(env):
            v, x, y = a(env), lo(env), hi(env)
            if v is None or x is None or y is None:
                return None
            p, q = less_eq(x, v), less_eq(v, y)
            return False if p is False or q is False else None if p is None or q is None else True
        return f

    def test(self, t):
        """unary test -> f(env, value)"""
        if t[0] == 'unary':
            op, e = t[1], self(t[2])
            return lambda env, v: compare(op, v, e(env))
        e = self(t[1])
        return lambda env, v: member_test(v, e(env))

    def _in(self, n):
        a, ts = self(n[1]), [self.test(t) for t in n[2]]
        if len(ts) == 1:
            t = ts[0]
            return lambda env: t(env, a(env))
        def f(env):
            v = a(env)
            return any3(t(env, v) for t in ts)
        return f

    # ---- arithmetic
    def _arith(self, n):
        op, a, b = ARITH[n[1]], self(n[2]), self(n[3])
        return lambda env: op(a(env), b(env))

    def _neg(self, n):
        if n[1][0] == 'num':
            v = neg(self(n[1])(None))
            return lambda env: v
        a = self(n[1])
        return lambda env: neg(a(env))

    def _if(self, n):
        c, a, b = self(n[1]), self(n[2]), self(n[3])
        return lambda env: a(env) if c(env) is True else b(env)

    # ---- iteration
    def _iter(self, n):
        a, b = self(n[1]), self(n[2])
        return lambda env: expand(a(env), b(env), env.budget)

    def _loops(self, its):
        return [(name, self(e)) for name, e in its]

    def _for(self, n):
        its, body = self._loops(n[1]), self(n[2])

        def run(env, i, out):
            name, seq = its[i]
            xs = iterable(seq(env), env.budget)
            if xs is None:
                return False
            last = i == len(its) - 1
            for x in xs:
                env.budget.tick()
                e = env.child({name: x, 'partial': out})
                if last:
                    out.append(body(e))
                    if len(out) > MAX_LIST:
                        raise FeelLimitError('the list grows too long')
                elif not run(e, i + 1, out):
                    return False
            return True

        def f(env):
            out = []
            return out if run(env, 0, out) else None
        return f

    def _quant(self, n, stop):
        its, body = self._loops(n[1]), self(n[2])

        def run(env, i, state):
            name, seq = its[i]
            xs = iterable(seq(env), env.budget)
            if xs is None:
                state[0] = None
                return True
            for x in xs:
                env.budget.tick()
                e = env.child({name: x})
                if i == len(its) - 1:
                    v = body(e)
                    if v is stop:
                        state[0] = stop
                        return True
                    if v is not (not stop):
                        state[0] = None
                elif run(e, i + 1, state):
                    return True
            return False

        def f(env):
            state = [not stop]
            run(env, 0, state)
            return state[0]
        return f

    def _some(self, n):
        return self._quant(n, True)

    def _every(self, n):
        return self._quant(n, False)

    # ---- structures
    def _list(self, n):
        fs = [self(x) for x in n[1]]
        return lambda env: [f(env) for f in fs]

    def _context(self, n):
        fs = [(k, self(e)) for k, e in n[1]]
        names = [k for k, _ in fs]
        if len(set(names)) != len(names):
            return lambda env: None

        def f(env):
            out = {}
            e = env.child(out)
            for k, g in fs:
                v = g(e)
                if isinstance(v, Function) and v.name is None:
                    v.name = k
                out[k] = v
            return out
        return f

    def _range(self, n):
        lo, hi, li, hi_in = self(n[1]), self(n[2]), n[3], n[4]

        def f(env):
            a, b = lo(env), hi(env)
            if a is None and b is None:
                return None
            if a is not None and b is not None and (kind(a) != kind(b) or less(b, a) is None):
                return None
            return Range(a, b, li, hi_in)
        return f

    def _urange(self, n):
        op, e = n[1], self(n[2])

        def f(env):
            v = e(env)
            if v is None:
                return None
            if op in ('<', '<='):
                return Range(None, v, False, op == '<=', op)
            if op in ('>', '>='):
                return Range(v, None, op == '>=', False, op)
            return Range(v, v, op == '=', op == '=', op)
        return f

    def _path(self, n):
        a, name = self(n[1]), n[2]

        def f(env):
            v = a(env)
            if type(v) is dict:
                return v.get(name)
            return get(v, name)
        return f

    def _filter(self, n):
        a, e = self(n[1]), n[2]
        if e[0] in ('num', 'neg') and (e[0] == 'num' or e[1][0] == 'num'):
            i = as_index(self(e)(None))
            return lambda env: index(a(env), i)
        g = self(e)

        def f(env):
            v = a(env)
            if v is None:
                return None                                    # null[...] is null... of a list of nothing
            xs = v if isinstance(v, list) else [v]
            out = []
            if not xs:
                r = g(env.child({'item': None}))
                return None if kind(r) == 'number' else []
            for x in xs:
                env.budget.tick()
                vs = {'item': x}
                if isinstance(x, dict):
                    vs.update(x)
                r = g(env.child(vs))
                if r is True:
                    out.append(x)
                elif r is not False and r is not None:
                    if kind(r) == 'number':
                        return index(xs, as_index(r))
                    return None
            return out
        return f

    def _instance(self, n):
        a, t = self(n[1]), n[2]
        return lambda env: conforms(a(env), t, env.budget.types)

    # ---- functions
    def _function(self, n):
        params, ext = n[1], n[3]
        if ext:
            return lambda env: None
        body = self(n[2])
        names = [p for p, _ in params]
        types = [t for _, t in params]
        def f(env):
            reg = env.budget.types

            def call(*args):
                b = env.budget
                b.tick()
                if len(args) != len(names):
                    return None
                vs = {}
                for name, t, a in zip(names, types, args):
                    if t is not None and a is not None:
                        a = coerce(a, t, reg)
                        if a is None:
                            return None
                    vs[name] = a
                b.calls += 1
                if b.calls > MAX_CALLS:
                    raise FeelLimitError(f'functions nest at most {MAX_CALLS} deep')
                try:
                    return body(env.child(vs))
                finally:
                    b.calls -= 1
            return Function(names, call, types)
        return f

    def _call(self, n):
        fn, args = self(n[1]), [self(x) for x in n[2]]

        def f(env):
            g = fn(env)
            if type(g) is not Function:
                return None
            vs = [a(env) for a in args]
            env.budget.tick(1 + sum(len(v) // 8 for v in vs if type(v) is list or type(v) is str))
            return invoke(g, vs, env)
        return f

    def _named(self, n):
        fn, args = self(n[1]), [(k, self(x)) for k, x in n[2]]
        dup = len({k for k, _ in args}) != len(args)

        def f(env):
            g = fn(env)
            if type(g) is not Function or dup:
                return None
            vs = {k: a(env) for k, a in args}
            env.budget.tick(1 + sum(len(v) // 8 for v in vs.values() if type(v) is list or type(v) is str))
            return invoke_named(g, vs, env)
        return f


def invoke(g, args, env=None):
    try:
        return g.call(*args)
    except FeelLimitError:
        raise
    except (FeelError, TypeError, ValueError, ArithmeticError, OverflowError):
        return None


def invoke_named(g, named, env=None):
    if g.params is None:
        return None
    sets = g.params if g.params and isinstance(g.params[0], (list, tuple)) else [g.params]
    for ps in sets:
        if all(k in ps or k + '?' in ps for k in named) and all(p.endswith('?') or p in named for p in ps):
            vals = [named.get(p.rstrip('?'), MISSING) for p in ps]
            while vals and vals[-1] is MISSING:
                vals.pop()
            args = [None if v is MISSING else v for v in vals]
            return invoke(g, args, env)
    return None


def as_index(v):
    v = num(v)
    if v is None:
        return None
    return int(v)


def index(v, i):
    if v is None or i is None:
        return None
    xs = v if isinstance(v, list) else [v]
    if 0 < i <= len(xs):
        return xs[i - 1]
    if -len(xs) <= i < 0:
        return xs[i]
    return None


def expand(a, b, budget):
    """a..b of an iteration."""
    ka, kb = kind(a), kind(b)
    if ka != kb:
        return None
    if ka == 'number':
        a, b = num(a), num(b)
        if a != int(a) or b != int(b):
            return None
        a, b = int(a), int(b)
        if abs(b - a) > MAX_LIST:
            raise FeelLimitError('the iteration is too long')
        return list(range(a, b + 1)) if a <= b else list(range(a, b - 1, -1))
    if ka == 'date':
        n = (b - a).days
        if abs(n) > MAX_LIST:
            raise FeelLimitError('the iteration is too long')
        s = 1 if n >= 0 else -1
        return [a + dt.timedelta(days=s * i) for i in range(abs(n) + 1)]
    return None


def iterable(v, budget):
    if v is None:
        return None
    if isinstance(v, list):
        return v
    if isinstance(v, Range):
        if v.op or v.lo is None or v.hi is None or less(v.hi, v.lo) is not False:
            return None
        xs = expand(v.lo, v.hi, budget)
        if xs is None:
            return None
        if not v.lo_in:
            xs = xs[1:]
        return xs if v.hi_in else xs[:-1]
    return [v]
