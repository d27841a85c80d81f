/* Light colouring of SQL and of both template families: enough to read by, not a parser. */
'use strict';

const Sql = (() => {
  const keywords = new Set(('select from where group by having order limit offset union all distinct as on using join left right full inner outer cross natural ' +
    'lateral with recursive case when then else end and or not in is null between like ilike exists cast over partition rows range unbounded preceding following ' +
    'current row filter within asc desc nulls first last insert into values update set delete create table view temp temporary if drop alter index materialized ' +
    'replace primary key references unique default check constraint intersect except qualify window interval true false collate glob regexp returning any some ' +
    'begin commit rollback merge matched for fetch next only pivot unpivot').split(' '));
  const words = new Set(('if elif else endif for endfor in set endset macro endmacro call endcall filter endfilter do block endblock raw endraw test endtest ' +
    'snapshot endsnapshot docs enddocs materialization endmaterialization return and or not is none true false import include from with endwith').split(' '));

  const families = {
    curly: { open: /\{\{|\{%|\{#/g, close: { '{{': '}}', '{%': '%}', '{#': '#}' } },
    angle: { open: /<<|<%|<#/g, close: { '<<': '>>', '<%': '%>', '<#': '#>' } },
  };

  const sqlToken = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*'?)|("(?:[^"]|"")*"?|`[^`]*`?)|(\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|([A-Za-z_][A-Za-z0-9_$]*)/gi;
  const tplToken = /('(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?)|(\b\d+(?:\.\d+)?\b)|([A-Za-z_][A-Za-z0-9_]*)/g;

  function scanSql(text, out) {
    let at = 0;
    for (const m of text.matchAll(sqlToken)) {
      if (m.index > at) out.push(['', text.slice(at, m.index)]);
      at = m.index + m[0].length;
      if (m[1]) out.push(['c', m[0]]);
      else if (m[2]) out.push(['s', m[0]]);
      else if (m[3]) out.push(['i', m[0]]);
      else if (m[4]) out.push(['n', m[0]]);
      else if (keywords.has(m[0].toLowerCase())) out.push(['k', m[0]]);
      else out.push([text[at] === '(' ? 'f' : '', m[0]]);
    }
    if (at < text.length) out.push(['', text.slice(at)]);
  }

  function scanTemplate(text, out) {
    let at = 0;
    for (const m of text.matchAll(tplToken)) {
      if (m.index > at) out.push(['t', text.slice(at, m.index)]);
      at = m.index + m[0].length;
      if (m[1]) out.push(['ts', m[0]]);
      else if (m[2]) out.push(['tn', m[0]]);
      else out.push([words.has(m[0]) ? 'tk' : text[at] === '(' ? 'tf' : 't', m[0]]);
    }
    if (at < text.length) out.push(['t', text.slice(at)]);
  }

  /* The template parts of a text: [start, end) each. */
  function templates(text) {
    const family = /\{\{|\{%|\{#/.test(text) ? families.curly : families.angle;
    const open = new RegExp(family.open);
    const found = [];
    for (let m; (m = open.exec(text));) {
      if (family === families.angle && text[m.index - 1] === '\\') continue;
      const end = text.indexOf(family.close[m[0]], m.index + 2);
      const stop = end < 0 ? text.length : end + 2;
      found.push([m.index, stop]);
      open.lastIndex = stop;
    }
    return found;
  }

  /* Pieces of [class, text], in order; together they are the text. To the SQL around it a template part is an unknown word, so a
     string or a comment goes on behind it. */
  function scan(text, template) {
    const out = [];
    const parts = template ? templates(text) : [];
    let bare = text;
    if (parts.length) {
      let at = 0;
      const kept = [];
      for (const [from, to] of parts) {
        kept.push(text.slice(at, from), text.slice(from, to).replace(/[^\n]/g, '\ue000'));
        at = to;
      }
      kept.push(text.slice(at));
      bare = kept.join('');
    }
    const sql = [];
    scanSql(bare, sql);
    let at = 0;
    let next = 0;
    for (const [cls, piece] of sql) {
      const end = at + piece.length;
      while (at < end) {
        while (next < parts.length && parts[next][1] <= at) next++;
        const part = next < parts.length && parts[next][0] < end ? parts[next] : null;
        if (part && part[0] <= at) {
          /* A part may reach over several pieces; it is told once, where it begins. */
          if (part[0] === at) {
            const inside = text.slice(part[0], part[1]);
            if (inside[1] === '#') out.push(['c', inside]);
            else scanTemplate(inside, out);
          }
          at = Math.min(end, part[1]);
        } else {
          const stop = part ? part[0] : end;
          out.push([cls, text.slice(at, stop)]);
          at = stop;
        }
      }
    }
    return out;
  }

  /* Code as an element with numbered lines; `link(string)` may give the address that a template's string stands for. */
  function block(text, template, link) {
    const body = h('code', { class: 'lines' });
    text = text.replace(/\s+$/, '').replace(/\r\n?/g, '\n');
    /* Colours help a person read; nobody reads a megabyte. */
    const pieces = text.length > 400000 ? [['', text]] : scan(text, template);
    let line = h('span', { class: 'line' });
    for (const [cls, piece] of pieces) {
      const parts = piece.split('\n');
      for (let k = 0; k < parts.length; k++) {
        if (k) {
          line.append('\n');
          body.append(line);
          line = h('span', { class: 'line' });
        }
        if (!parts[k]) continue;
        const to = cls === 'ts' && link ? link(parts[k].slice(1, -1)) : null;
        if (to) line.append(h('a', { class: 'q-ts', href: to }, parts[k]));
        else if (cls) line.append(h('span', { class: 'q-' + cls }, parts[k]));
        else line.append(parts[k]);
      }
    }
    body.append(line);
    return h('pre', { class: 'code', tabindex: 0 }, body);
  }

  return { block, scan };
})();
