"""FEEL text -> AST (tuples).  Hand-written: names may hold spaces and operators, so tokens are matched against the names in scope."""
from __future__ import annotations
import re
from .values import FeelSyntaxError, FeelLimitError

MAX_TEXT, MAX_DEPTH = 20_000, 60

_TOK = re.compile(r'''
    (?P<ws>(?:[\s\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+|//[^\n]*|/\*.*?\*/)+)
  | (?P<num>(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<str>"(?:[^"\\]|\\.)*")
  | (?P<name>[^\W\d]\w*|\?|[^\x00-\x7f\u00b7\u2018-\u201f]+)
  | (?P<bt>`[^`]*`)
  | (?P<op>\.\.|\*\*|<=|>=|!=|->|[-+*/=<>()\[\]{},:.@'’·])
''', re.X | re.S)
KEYWORDS = {'and', 'or', 'if', 'then', 'else', 'for', 'in', 'return', 'some', 'every', 'satisfies', 'between', 'instance',
            'true', 'false', 'null', 'function', 'external'}
_STOP = KEYWORDS - {'true', 'false', 'null', 'function', 'external'} | {'of'}
_ESC = {'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f'}


def tokens(text):
    if len(text) > MAX_TEXT:
        raise FeelLimitError(f'an expression is at most {MAX_TEXT} characters')
    out, i, n, ws = [], 0, len(text), False
    m = _TOK.match
    while i < n:
        t = m(text, i)
        if t is None:
            raise FeelSyntaxError(position=i, text=text, message=f'unexpected {text[i]!r}')
        k = t.lastgroup
        if k == 'ws':
            ws = True
        else:
            out.append((k, t.group(), i, ws))
            ws = False
        i = t.end()
    out.append(('end', '', n, True))
    return out


def unescape(s):
    def f(m):
        e = m.group(1)
        if len(e) > 1:
            return chr(int(e[1:], 16))
        return _ESC.get(e) or (e if e in '"\\\'' else '\\' + e)
    if '\\' not in s:
        return s
    s = re.sub(r'\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)', f, s, flags=re.S)
    if any('\ud800' <= c <= '\udfff' for c in s):
        s = s.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')
    return s


def name_tokens(name):
    return tuple(t[1] for t in tokens(name)[:-1])


def multi(names):
    """Names that take more than one token -> {first token: [(tokens, name), longest first]}."""
    out = {}
    for n in names:
        try:
            t = name_tokens(n)
        except FeelSyntaxError:
            continue
        if len(t) > 1:
            out.setdefault(t[0], []).append((t, n))
    for v in out.values():
        v.sort(key=lambda x: -len(x[0]))
    return out


class Parser:
    def __init__(self, text, names=(), builtins=None):
        self.text = text
        self.toks = tokens(text)
        self.i = 0
        self.depth = 0
        self.scopes = [multi(names)]
        self.single = set(names)
        self.builtins = builtins or {}
        self.uses_q = False

    # ---- helpers
    def err(self, msg='unexpected'):
        k, t, p, _ = self.toks[self.i]
        raise FeelSyntaxError(position=p, text=self.text, message=f'{msg} {t or "end"!r}')

    def at(self, *ts):
        t = self.toks[self.i]
        return t[0] in ('op', 'name') and t[1] in ts

    def accept(self, t):
        if self.at(t):
            self.i += 1
            return True
        return False

    def expect(self, t):
        if not self.accept(t):
            self.err(f'expected {t!r}, found')

    def push(self, *names):
        self.scopes.append(multi(names))

    def pop(self):
        self.scopes.pop()

    def known(self):
        """The longest known many-token name at the current place -> (name, tokens) or None."""
        first = self.toks[self.i][1]
        best = None
        for s in [self.builtins] + self.scopes:
            for t, n in s.get(first, ()):
                if best is not None and len(t) <= best[1]:
                    break
                if all(self.i + j < len(self.toks) and self.toks[self.i + j][1] == x for j, x in enumerate(t)):
                    best = (n, len(t))
                    break
        return best

    def raw_name(self, stop):
        """A run of name tokens (declaring a name: entry key, parameter, iterator)."""
        parts, start = [], self.i
        if self.toks[self.i][0] == 'bt':
            self.i += 1
            return self.toks[self.i - 1][1][1:-1]
        while True:
            k, t, p, ws = self.toks[self.i]
            if k == 'end' or (k == 'op' and t in stop) or (k == 'name' and t in stop) or k == 'str':
                break
            if k == 'op' and t not in ('.', '/', '-', "'", '’', '·', '+', '*'):
                break
            if ws and parts:
                parts.append(' ')
            parts.append(t)
            self.i += 1
        if self.i == start or self.toks[start][0] != 'name':
            self.i = start
            self.err('a name expected, found')
        return ''.join(parts)

    # ---- grammar
    def deeper(self):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FeelLimitError(f'an expression nests at most {MAX_DEPTH} deep')

    def expression(self):
        self.deeper()
        k, t, _, _ = self.toks[self.i]
        if k == 'name':
            if t == 'if':
                r = self.if_()
            elif t == 'for':
                r = self.for_()
            elif t in ('some', 'every'):
                r = self.quantified(t)
            else:
                r = self.disjunction()
        else:
            r = self.disjunction()
        self.depth -= 1
        return r

    def if_(self):
        self.i += 1
        c = self.expression()
        self.expect('then')
        a = self.expression()
        self.expect('else')
        return ('if', c, a, self.expression())

    def iterations(self, end):
        its, n = [], 0
        while True:
            name = self.raw_name({'in'})
            self.expect('in')
            e = self.expression_or_range()
            its.append((name, e))
            self.push(name)
            n += 1
            if not self.accept(','):
                break
        self.expect(end)
        return its, n

    def expression_or_range(self):
        e = self.expression()
        if self.accept('..'):
            return ('iter', e, self.expression())
        return e

    def for_(self):
        self.i += 1
        its, n = self.iterations('return')
        body = self.expression()
        for _ in range(n):
            self.pop()
        return ('for', its, body)

    def quantified(self, k):
        self.i += 1
        its, n = self.iterations('satisfies')
        body = self.expression()
        for _ in range(n):
            self.pop()
        return (k, its, body)

    def disjunction(self):
        items = [self.conjunction()]
        while self.accept('or'):
            items.append(self.conjunction())
        return items[0] if len(items) == 1 else ('or', items)

    def conjunction(self):
        items = [self.comparison()]
        while self.accept('and'):
            items.append(self.comparison())
        return items[0] if len(items) == 1 else ('and', items)

    def comparison(self):
        a = self.additive()
        while True:
            k, t, _, _ = self.toks[self.i]
            if k == 'op' and t in ('=', '!=', '<', '<=', '>', '>='):
                self.i += 1
                a = ('cmp', t, a, self.additive())
            elif k == 'name' and t == 'between':
                self.i += 1
                lo = self.additive()
                self.expect('and')
                a = ('between', a, lo, self.additive())
            elif k == 'name' and t == 'in':
                self.i += 1
                a = ('in', a, self.in_tests())
            else:
                return a

    def in_tests(self):
        if self.at('('):                                    # (test, test) or an interval or an expression
            save = self.i
            try:
                self.i += 1
                ts = [self.test()]
                while self.accept(','):
                    ts.append(self.test())
                self.expect(')')
                if not self.at('.', '[', '(', '+', '-', '*', '/', '**'):
                    return ts
            except FeelSyntaxError:
                pass
            self.i = save
        return [self.test(True)]

    def test(self, simple=False):
        """A unary test: operator with an endpoint, or an expression."""
        k, t, _, _ = self.toks[self.i]
        if k == 'op' and t in ('<', '<=', '>', '>=', '=', '!='):
            self.i += 1
            return ('unary', t, self.additive())
        return ('expr', self.additive() if simple else self.expression())

    def additive(self):
        a = self.term()
        while self.at('+', '-'):
            t = self.toks[self.i][1]
            self.i += 1
            a = ('arith', t, a, self.term())
        return a

    def term(self):
        a = self.power()
        while self.at('*', '/'):
            t = self.toks[self.i][1]
            self.i += 1
            a = ('arith', t, a, self.power())
        return a

    def power(self):
        a = self.negation()
        while self.accept('**'):
            a = ('arith', '**', a, self.negation())
        return a

    def negation(self):
        n = 0
        while self.accept('-'):
            n += 1
            if n > MAX_DEPTH:
                raise FeelLimitError('too many signs')
        a = self.instance()
        for _ in range(n):
            a = ('neg', a)
        return a

    def instance(self):
        a = self.postfix()
        while self.at('instance') and self.toks[self.i + 1][1] == 'of':
            self.i += 2
            a = ('instance', a, self.type_())
        return a

    TYPES = ('days and time duration', 'years and months duration', 'date and time', 'day and time duration',
             'year and month duration')
    _types = None

    def type_(self):
        self.deeper()
        try:
            if Parser._types is None:
                Parser._types = multi(Parser.TYPES)
            first = self.toks[self.i][1]
            for t, n in Parser._types.get(first, ()):
                if [x[1] for x in self.toks[self.i:self.i + len(t)]] == list(t):
                    self.i += len(t)
                    return ('t', n)
            if first in ('list', 'range') and self.toks[self.i + 1][1] == '<':
                self.i += 2
                e = self.type_()
                self.expect('>')
                return (first, e)
            if first == 'context' and self.toks[self.i + 1][1] == '<':
                self.i += 2
                es = {}
                while not self.at('>'):
                    n = self.raw_name({':'})
                    self.expect(':')
                    es[n] = self.type_()
                    if not self.accept(','):
                        break
                self.expect('>')
                return ('context', es)
            if first == 'function' and self.toks[self.i + 1][1] in ('<', '->'):
                self.i += 1
                ps = []
                if self.accept('<'):
                    while not self.at('>'):
                        ps.append(self.type_())
                        if not self.accept(','):
                            break
                    self.expect('>')
                self.expect('->')
                return ('function', ps, self.type_())
            k = self.known()
            if k:
                self.i += k[1]
                return ('t', k[0])
            n = [self.toks[self.i][1]]
            if self.toks[self.i][0] != 'name':
                self.err('a type expected, found')
            self.i += 1
            while self.at('.'):
                self.i += 1
                n.append(self.toks[self.i][1])
                self.i += 1
            return ('t', '.'.join(n))
        finally:
            self.depth -= 1

    def postfix(self):
        a = self.primary()
        while True:
            k, t, _, _ = self.toks[self.i]
            if k != 'op':
                return a
            if t == '.':
                self.i += 1
                a = ('path', a, self.member())
            elif t == '[':
                if getattr(self, 'no_filter', 0) and self.closes_range():
                    return a
                self.i += 1
                self.push('item')
                nf, self.no_filter = getattr(self, 'no_filter', 0), 0
                f = self.expression()
                self.no_filter = nf
                self.pop()
                self.expect(']')
                a = ('filter', a, f)
            elif t == '(':
                a = self.call(a)
            else:
                return a

    def closes_range(self):
        """In `[1..5[`: the '[' ends the interval when nothing follows that could be a filter."""
        nxt = self.toks[self.i + 1]
        return nxt[0] == 'end' or nxt[1] in (')', ']', ',', '}', 'and', 'or', 'then', 'else', 'return', 'satisfies', '=', '!=') \
            or nxt[1] in ('instance', '.')

    def member(self):
        k, t, _, _ = self.toks[self.i]
        if k == 'bt':
            self.i += 1
            return t[1:-1]
        if k != 'name':
            self.err('a name expected, found')
        kn = self.known()
        best = MEMBERS.get(t)
        if best:
            for ts, n in best:
                if [x[1] for x in self.toks[self.i:self.i + len(ts)]] == list(ts) and (kn is None or len(ts) > kn[1]):
                    kn = (n, len(ts))
                    break
        if kn:
            self.i += kn[1]
            return kn[0]
        parts = [t]
        self.i += 1
        while self.toks[self.i][0] == 'name' and self.toks[self.i][1] not in _STOP:
            parts.append(self.toks[self.i][1])
            self.i += 1
        return ' '.join(parts)

    def call(self, f):
        self.expect('(')
        if self.accept(')'):
            return ('call', f, [])
        j = self.i
        if self.toks[j][0] in ('name', 'bt'):               # named parameters?
            while self.toks[j][0] in ('name', 'bt') or (self.toks[j][0] == 'op' and self.toks[j][1] in ('-', "'", '/', '+', '*', '.')):
                j += 1
            if self.toks[j][1] == ':':
                named = []
                while True:
                    n = self.raw_name({':'})
                    self.expect(':')
                    named.append((n, self.expression()))
                    if not self.accept(','):
                        break
                self.expect(')')
                return ('named', f, named)
        args = [self.expression()]
        while self.accept(','):
            args.append(self.expression())
        self.expect(')')
        return ('call', f, args)

    def primary(self):
        k, t, p, _ = self.toks[self.i]
        if k == 'num':
            self.i += 1
            return ('num', t)
        if k == 'str':
            self.i += 1
            return ('str', unescape(t[1:-1]))
        if k == 'bt':
            self.i += 1
            return ('var', t[1:-1])
        if k == 'name':
            return self.name()
        if k == 'op':
            if t == '(':
                return self.paren()
            if t == '[':
                return self.bracket()
            if t == ']':
                self.i += 1
                return self.range_rest(self.additive(), False)
            if t == '{':
                return self.context()
            if t == '@':
                self.i += 1
                if self.toks[self.i][0] != 'str':
                    self.err('a string expected, found')
                self.i += 1
                return ('at', unescape(self.toks[self.i - 1][1][1:-1]))
        self.err()

    def name(self):
        k, t, p, _ = self.toks[self.i]
        if t == 'function' and self.toks[self.i + 1][1] == '(' and 'function' not in self.single:
            return self.function()
        kn = self.known()
        if kn:
            self.i += kn[1]
            return ('var', kn[0])
        if t == 'true' or t == 'false':
            self.i += 1
            return ('const', t == 'true')
        if t == 'null':
            self.i += 1
            return ('const', None)
        if t in KEYWORDS and t not in self.single:
            self.err()
        self.i += 1
        if t == '?':
            self.uses_q = True
        if t in self.single or self.toks[self.i][0] != 'name' or self.toks[self.i][1] in _STOP:
            return ('var', t)
        parts = [t]                                           # an unknown name of several words
        while self.toks[self.i][0] == 'name' and self.toks[self.i][1] not in _STOP:
            parts.append(self.toks[self.i][1])
            self.i += 1
        return ('var', ' '.join(parts))

    def paren(self):
        self.deeper()
        self.i += 1
        k, t, _, _ = self.toks[self.i]
        if k == 'op' and t in ('<', '<=', '>', '>=', '=', '!='):
            self.i += 1
            e = self.additive()
            self.expect(')')
            r = ('urange', t, e)
        else:
            nf, self.no_filter = getattr(self, 'no_filter', 0), 0
            e = self.expression()
            self.no_filter = nf
            r = self.range_rest(e, False) if self.at('..') else e
            if r is e:
                self.expect(')')
        self.depth -= 1
        return r

    def range_rest(self, lo, lo_in):
        self.expect('..')
        self.no_filter = getattr(self, 'no_filter', 0) + 1
        hi = self.additive()
        self.no_filter -= 1
        if self.accept(']'):
            return ('range', lo, hi, lo_in, True)
        if self.accept(')') or self.accept('['):
            return ('range', lo, hi, lo_in, False)
        self.err()

    def bracket(self):
        self.deeper()
        self.i += 1
        items = []
        nf, self.no_filter = getattr(self, 'no_filter', 0), 0
        if not self.accept(']'):
            first = self.test_item()
            if self.at('..'):
                self.no_filter = nf
                self.depth -= 1
                return self.range_rest(first, True)
            items.append(first)
            while self.accept(','):
                items.append(self.test_item())
            self.expect(']')
        self.no_filter = nf
        self.depth -= 1
        return ('list', items)

    def test_item(self):
        return self.expression()

    def context(self):
        self.deeper()
        self.expect('{')
        entries, pushed = [], 0
        if not self.accept('}'):
            while True:
                k, t, _, _ = self.toks[self.i]
                if k == 'str':
                    self.i += 1
                    n = unescape(t[1:-1])
                else:
                    n = self.raw_name({':'})
                self.expect(':')
                e = self.expression()
                entries.append((n, e))
                self.push(n)
                self.single.add(n)
                pushed += 1
                if not self.accept(','):
                    break
            self.expect('}')
        keep = self.scopes[-pushed:] if pushed else []
        for _ in range(pushed):
            self.pop()
        for s in keep:                                        # so that `{a b: 1}.a b` is found
            for f, v in s.items():
                self.scopes[0].setdefault(f, []).extend(v)
        self.depth -= 1
        return ('context', entries)

    def function(self):
        self.i += 1
        self.expect('(')
        params = []
        while not self.at(')'):
            n = self.raw_name({':', ',', ')'})
            t = None
            if self.accept(':'):
                t = self.type_()
            params.append((n, t))
            if not self.accept(','):
                break
        self.expect(')')
        ext = self.accept('external')
        self.push(*[n for n, _ in params])
        old = set(self.single)
        self.single.update(n for n, _ in params)
        body = self.expression()
        self.single = old
        self.pop()
        return ('function', params, body, ext)

    # ---- entries
    def whole(self):
        e = self.expression()
        if self.toks[self.i][0] != 'end':
            self.err()
        return e

    def unary_tests(self):
        """-> ('any',) | ('tests', [test], negated)"""
        if self.toks[self.i][1] == '-' and self.toks[self.i + 1][0] == 'end':
            return ('any',)
        if self.at('not') and self.toks[self.i + 1][1] == '(':
            save = self.i
            try:
                self.i += 2
                ts = [self.test()]
                while self.accept(','):
                    ts.append(self.test())
                self.expect(')')
                if self.toks[self.i][0] == 'end':
                    return ('tests', ts, True)
            except FeelSyntaxError:
                pass
            self.i = save
        ts = [self.test()]
        while self.accept(','):
            ts.append(self.test())
        if self.toks[self.i][0] != 'end':
            self.err()
        return ('tests', ts, False)


MEMBERS = multi(('time offset', 'start included', 'end included'))
