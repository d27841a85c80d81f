/* Selection as on the command line, for the graph: names with `*`, `+x`, `x+`, `2+x+1`, `@x`, `tag:`, `path:`, `source:`,
   `exposure:`, `package:`, `resource_type:`, `config.materialized:`, `fqn:`; a space unites, a comma intersects, `--exclude` takes away. */
'use strict';

const Select = (() => {
  function glob(pattern) {
    return new RegExp('^' + pattern.replace(/[.+^${}()|\\[\]]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.') + '$');
  }

  function matcher(method, value) {
    const g = glob(value);
    switch (method) {
      case '':
      case 'fqn': {
        const lead = glob(value + '.*');
        return n => {
          if (g.test(n.name) || g.test(n.id) || g.test(Data.title(n))) return true;
          const fqn = [n.package, ...(n.folders || []), n.name].join('.');
          const own = [...(n.folders || []), n.name].join('.');
          return g.test(fqn) || lead.test(fqn) || g.test(own) || lead.test(own) || (value.includes('/') && inPath(n, value));
        };
      }
      case 'tag': return n => (n.tags || Data.none).some(t => g.test(t));
      case 'path': return n => inPath(n, value);
      case 'file': return n => g.test((n.path || '').split('/').pop()) || g.test((n.path || '').split('/').pop().replace(/\.[^.]*$/, ''));
      case 'package': return n => g.test(n.package || '');
      case 'source': {
        const lead = glob(value + '.*');
        return n => n.kind === 'source' && (g.test(n.source) || g.test(Data.title(n)) || g.test(n.package + '.' + Data.title(n)) || lead.test(Data.title(n)));
      }
      case 'exposure': return n => n.kind === 'exposure' && g.test(n.name);
      case 'metric': return n => n.kind === 'metric' && g.test(n.name);
      case 'group': return n => g.test(n.group || '');
      case 'access': return n => g.test(n.access || '');
      case 'resource_type': return n => g.test(n.kind);
      case 'config.materialized': return n => g.test(n.materialized || '');
      case 'result': return n => g.test(Data.status(n).word);
      default: return null;
    }
  }

  function inPath(n, value) {
    const path = n.path || '';
    const v = value.replace(/\/+$/, '');
    return path === v || path.startsWith(v + '/') || glob(v).test(path);
  }

  /* One word of a selection: a set of numbers; throws a sentence. */
  function word(text) {
    const m = /^(@)?(?:(\d*)(\+))?(?:([a-z_.]+):)?(.*?)(?:(\+)(\d*))?$/.exec(text);
    if (m[1] && (m[3] || m[6])) throw new Error(`"${text}": @ stands alone, without +.`);
    const test = m[5] ? matcher(m[4] || '', m[5]) : null;
    if (!m[5]) throw new Error(`"${text}" names nothing.`);
    if (!test) throw new Error(`"${m[4]}:" is not a method this page knows.`);
    const found = new Set();
    for (const n of Data.nodes) if (Data.kind(n.kind).graph && test(n)) found.add(n.i);
    const all = new Set(found);
    const walk = (from, list, depth) => Data.reach(from, list, depth).forEach(j => all.add(j));
    if (m[3]) walk(found, 'parents', m[2] ? +m[2] : Infinity);
    if (m[6]) walk(found, 'children', m[7] ? +m[7] : Infinity);
    if (m[1]) {
      walk(found, 'children', Infinity);
      walk(all, 'parents', Infinity);
    }
    return all;
  }

  function union(words) {
    const sum = new Set();
    for (const w of words) {
      let set = null;
      for (const part of w.split(',').filter(Boolean)) {
        const one = word(part);
        set = set ? new Set([...set].filter(i => one.has(i))) : one;
      }
      for (const i of set || []) sum.add(i);
    }
    return sum;
  }

  /* The numbers selected by `text`, or null for all. */
  function parse(text) {
    const take = [];
    const drop = [];
    let into = take;
    for (const w of text.trim().split(/\s+/).filter(Boolean)) {
      if (w === '--select' || w === '-s' || w === '-m' || w === '--models') into = take;
      else if (w === '--exclude') into = drop;
      else into.push(w);
    }
    if (!take.length && !drop.length) return null;
    const set = take.length ? union(take) : new Set(Data.nodes.filter(n => Data.kind(n.kind).graph).map(n => n.i));
    for (const i of union(drop)) set.delete(i);
    return set;
  }

  return { parse };
})();
