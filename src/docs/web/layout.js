/* Layered layout of a directed acyclic graph, left to right, in the manner of Sugiyama: ranks, order within a rank by barycentres,
   then heights that pull each node to its neighbours without overlap. Long edges of one node share one chain of bends, so a hub
   with a thousand readers costs one lane and not a thousand. Connected parts are laid out alone and packed like words on lines. */
'use strict';

const Layout = (() => {
  const nodeHeight = 34;
  const rowGap = 12;
  const bendHeight = 8;
  const partGap = 56;

  /* The box a name needs. By count of characters, so that the generator can say the same without a font at hand. */
  function widthOf(name) {
    return Math.max(100, Math.min(300, 46 + name.length * 7.1));
  }

  /* A connected part above this size is laid out by groups, each alone: one drawing of thousands would be a strip a hundred
     screens high. */
  const splitAbove = 1200;

  /* n nodes; from[k] → to[k]; width[i] that each needs; group[i], a name or null (where a part is split); the order of nodes is
     the wished order where nothing else decides. Gives { x, y (left edge, middle), width (that of the column), bends (per node a flat
     list of x0, x1, y, or null), block (per node the number of what was laid out together), areas (the named groups), bounds }. */
  function compute(n, from, to, width, group) {
    const all = { n, x: new Float64Array(n), y: new Float64Array(n), width: Float64Array.from(width), bends: new Array(n).fill(null), block: new Int32Array(n), blocks: 0, group,
      out: lists(n, from, to), inn: lists(n, to, from), areas: [] };
    const whole = region(all, Array.from({ length: n }, (_, i) => i), true);
    const { x, y, bends, block, areas } = all;
    return { x, y, width: all.width, bends, block, areas, bounds: { x0: 0, y0: 0, x1: whole.width, y1: whole.height } };
  }

  /* Lays out the nodes of `part` (in ascending order) with the edges among them, from (0, 0) on. */
  function region(all, part, split) {
    const blocks = [];
    const single = [];
    for (const piece of components(all, part)) {
      if (piece.length === 1) single.push(piece[0]);
      else if (split && all.group && piece.length > splitAbove) blocks.push(...byGroup(all, piece));
      else blocks.push(layoutPart(all, piece));
    }
    if (single.length) blocks.push(grid(all, single, blocks));
    return pack(all, part, blocks);
  }

  function byGroup(all, piece) {
    const groups = new Map();
    for (const g of piece) {
      const name = all.group[g];
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(g);
    }
    return [...groups].map(([name, list]) => {
      const block = region(all, list, false);
      block.area = { name: name || '', count: list.length, x0: 0, y0: 0, x1: block.width, y1: block.height };
      all.areas.push(block.area);
      return block;
    });
  }

  /* Adjacency in two arrays: the neighbours of i are list[start[i] .. start[i + 1]]. */
  function lists(n, from, to) {
    const start = new Int32Array(n + 1);
    for (const f of from) start[f + 1]++;
    for (let i = 0; i < n; i++) start[i + 1] += start[i];
    const at = start.slice(0, n);
    const list = new Int32Array(from.length);
    for (let k = 0; k < from.length; k++) list[at[from[k]]++] = to[k];
    return { start, list };
  }

  function components(all, part) {
    const here = new Uint8Array(all.n);
    for (const g of part) here[g] = 1;
    const pieces = [];
    for (const s of part) {
      if (!here[s]) continue;
      here[s] = 0;
      const piece = [s];
      for (let at = 0; at < piece.length; at++) {
        const i = piece[at];
        for (const g of [all.out, all.inn]) {
          for (let k = g.start[i]; k < g.start[i + 1]; k++) {
            const j = g.list[k];
            if (here[j]) { here[j] = 0; piece.push(j); }
          }
        }
      }
      pieces.push(piece.sort((a, b) => a - b));
    }
    return pieces;
  }

  function layoutPart(all, part) {
    const { x, y, bends } = all;
    const n = part.length;
    const local = new Map();
    part.forEach((g, i) => local.set(g, i));
    const block = all.blocks++;
    const from = [];
    const to = [];
    for (let i = 0; i < n; i++) {
      const g = part[i];
      all.block[g] = block;
      for (let k = all.out.start[g]; k < all.out.start[g + 1]; k++) {
        const j = local.get(all.out.list[k]);
        if (j !== undefined) { from.push(i); to.push(j); }
      }
    }
    const out = lists(n, from, to);
    const inn = lists(n, to, from);

    /* Rank: the longest way from a root, so that layers stand in columns; a root stands just left of its nearest reader. */
    const rank = new Int32Array(n);
    const left = new Int32Array(n);
    const order = [];
    for (let i = 0; i < n; i++) {
      left[i] = inn.start[i + 1] - inn.start[i];
      if (!left[i]) order.push(i);
    }
    for (let at = 0; at < order.length; at++) {
      const i = order[at];
      for (let k = out.start[i]; k < out.start[i + 1]; k++) {
        const j = out.list[k];
        rank[j] = Math.max(rank[j], rank[i] + 1);
        if (--left[j] === 0) order.push(j);
      }
    }
    for (let i = 0; i < n; i++) {
      if (inn.start[i] !== inn.start[i + 1]) continue;
      let nearest = Infinity;
      for (let k = out.start[i]; k < out.start[i + 1]; k++) nearest = Math.min(nearest, rank[out.list[k]]);
      if (nearest < Infinity) rank[i] = nearest - 1;
    }
    let ranks = 0;
    for (let i = 0; i < n; i++) ranks = Math.max(ranks, rank[i] + 1);

    /* Bends: vertices n.. stand for the lane of a node's edges across the ranks between it and its farthest reader. */
    const vrank = Array.from(rank);
    const owner = part.map((_, i) => i);
    const ef = [];
    const et = [];
    const chain = new Map();
    for (let i = 0; i < n; i++) {
      let far = rank[i];
      for (let k = out.start[i]; k < out.start[i + 1]; k++) far = Math.max(far, rank[out.list[k]]);
      const lane = [i];
      for (let r = rank[i] + 1; r < far; r++) {
        ef.push(lane[lane.length - 1]);
        et.push(vrank.length);
        lane.push(vrank.length);
        vrank.push(r);
        owner.push(i);
      }
      if (lane.length > 1) chain.set(i, lane);
      for (let k = out.start[i]; k < out.start[i + 1]; k++) {
        const j = out.list[k];
        ef.push(lane[rank[j] - rank[i] - 1]);
        et.push(j);
      }
    }
    const total = vrank.length;
    const down = lists(total, ef, et);
    const up = lists(total, et, ef);

    const levels = orderLevels(total, n, ranks, vrank, owner, down, up);
    const vy = heights(total, n, levels, down, up);

    /* Columns as wide as their widest box, with more room between where more edges turn. */
    const wide = new Float64Array(ranks);
    for (let i = 0; i < n; i++) wide[rank[i]] = Math.max(wide[rank[i]], all.width[part[i]]);
    const crossing = new Int32Array(ranks);
    for (const f of ef) crossing[vrank[f]]++;
    const col = new Float64Array(ranks + 1);
    for (let r = 0; r < ranks; r++) col[r + 1] = col[r] + wide[r] + 52 + Math.min(150, 5 * Math.sqrt(crossing[r]) + crossing[r] / 6);

    for (let i = 0; i < n; i++) {
      x[part[i]] = col[rank[i]];
      y[part[i]] = vy[i];
      all.width[part[i]] = wide[rank[i]];
    }
    for (const [i, lane] of chain) {
      const list = [];
      for (let k = 1; k < lane.length; k++) list.push(col[vrank[lane[k]]], col[vrank[lane[k]]] + wide[vrank[lane[k]]], vy[lane[k]]);
      bends[part[i]] = list;
    }
    let min = Infinity;
    let max = -Infinity;
    for (let v = 0; v < total; v++) { min = Math.min(min, vy[v]); max = Math.max(max, vy[v]); }
    for (const g of part) {
      y[g] -= min - nodeHeight / 2;
      if (bends[g]) for (let k = 2; k < bends[g].length; k += 3) bends[g][k] -= min - nodeHeight / 2;
    }
    return { part, width: col[ranks - 1] + wide[ranks - 1], height: max - min + nodeHeight };
  }

  function orderLevels(total, n, ranks, vrank, owner, down, up) {
    const levels = Array.from({ length: ranks }, () => []);
    for (let v = 0; v < total; v++) levels[vrank[v]].push(v);
    /* The wished order first: a bend stands where its owner does. */
    for (const level of levels) level.sort((a, b) => owner[a] - owner[b] || a - b);
    const pos = new Float64Array(total);
    const place = level => { for (let k = 0; k < level.length; k++) pos[level[k]] = k; };
    levels.forEach(place);

    /* Start from a walk along the edges, which keeps families together; keep the better of the two beginnings. */
    const walked = walk(total, levels, down, up);
    let best = snapshot(levels);
    let bestCount = crossings(levels, pos, down);
    levels.forEach((level, r) => { level.length = 0; level.push(...walked[r]); place(level); });
    let count = crossings(levels, pos, down);
    if (count <= bestCount) { best = snapshot(levels); bestCount = count; }
    else levels.forEach((level, r) => { level.length = 0; level.push(...best[r]); place(level); });

    const rounds = total > 20000 ? 6 : total > 4000 ? 10 : 24;
    const key = new Float64Array(total);
    let idle = 0;
    for (let round = 0; round < rounds && bestCount > 0 && idle < 5; round++) {
      const forward = round % 2 === 0;
      const g = forward ? up : down;
      for (let k = 1; k < ranks; k++) {
        const level = levels[forward ? k : ranks - 1 - k];
        for (let p = 0; p < level.length; p++) {
          const v = level[p];
          const a = g.start[v];
          const b = g.start[v + 1];
          if (a === b) { key[v] = p; continue; }
          let sum = 0;
          for (let e = a; e < b; e++) sum += pos[g.list[e]];
          /* Where the next rank is longer or shorter, positions are brought to this one's scale. */
          key[v] = sum / (b - a);
        }
        fixed(level, key, g);
        place(level);
      }
      if (total < 1500 && down.list.length < 6000) for (const level of levels) swap(level, pos, up, down);
      count = crossings(levels, pos, down);
      if (count < bestCount) { best = snapshot(levels); bestCount = count; idle = 0; }
      else idle++;
    }
    return best;
  }

  /* Sorts a level by key; nodes without neighbours on that side keep their places. */
  function fixed(level, key, g) {
    const moving = [];
    for (const v of level) if (g.start[v] !== g.start[v + 1]) moving.push(v);
    moving.sort((a, b) => key[a] - key[b]);
    let at = 0;
    for (let k = 0; k < level.length; k++) {
      if (g.start[level[k]] !== g.start[level[k] + 1]) level[k] = moving[at++];
    }
  }

  function snapshot(levels) {
    return levels.map(l => l.slice());
  }

  function walk(total, levels, down, up) {
    const seen = new Uint8Array(total);
    const result = levels.map(() => []);
    const rankOf = new Int32Array(total);
    levels.forEach((level, r) => level.forEach(v => { rankOf[v] = r; }));
    const stack = [];
    for (const level of levels) {
      for (const s of level) {
        if (seen[s]) continue;
        stack.push(s);
        while (stack.length) {
          const v = stack.pop();
          if (seen[v]) continue;
          seen[v] = 1;
          result[rankOf[v]].push(v);
          for (let e = up.start[v + 1] - 1; e >= up.start[v]; e--) if (!seen[up.list[e]]) stack.push(up.list[e]);
          for (let e = down.start[v + 1] - 1; e >= down.start[v]; e--) if (!seen[down.list[e]]) stack.push(down.list[e]);
        }
      }
    }
    return result;
  }

  /* Crossings between neighbouring ranks, by counting inversions with a Fenwick tree. */
  function crossings(levels, pos, down) {
    let sum = 0;
    for (let r = 0; r + 1 < levels.length; r++) {
      const size = levels[r + 1].length;
      const tree = new Int32Array(size + 1);
      let placed = 0;
      for (const v of levels[r]) {
        const ends = [];
        for (let e = down.start[v]; e < down.start[v + 1]; e++) ends.push(pos[down.list[e]]);
        if (ends.length > 1) ends.sort((a, b) => a - b);
        for (const p of ends) {
          let below = 0;
          for (let k = p + 1; k > 0; k -= k & -k) below += tree[k];
          sum += placed - below;
        }
        for (const p of ends) {
          for (let k = p + 1; k <= size; k += k & -k) tree[k]++;
          placed++;
        }
      }
    }
    return sum;
  }

  /* Exchanges neighbours in a rank while that takes crossings away. */
  function swap(level, pos, up, down) {
    for (let again = 0; again < 4; again++) {
      let better = false;
      for (let k = 0; k + 1 < level.length; k++) {
        const a = level[k];
        const b = level[k + 1];
        const gain = pairs(a, b, up, pos) + pairs(a, b, down, pos) - pairs(b, a, up, pos) - pairs(b, a, down, pos);
        if (gain > 0) {
          level[k] = b;
          level[k + 1] = a;
          pos[b] = k;
          pos[a] = k + 1;
          better = true;
        }
      }
      if (!better) return;
    }
  }

  function pairs(a, b, g, pos) {
    let sum = 0;
    for (let i = g.start[a]; i < g.start[a + 1]; i++) {
      for (let j = g.start[b]; j < g.start[b + 1]; j++) if (pos[g.list[i]] > pos[g.list[j]]) sum++;
    }
    return sum;
  }

  /* Heights: each vertex wishes to stand at the mean of its neighbours; the wishes of a rank are met as well as order and
     distance allow (least squares, by pooling adjacent violators). Bends pull hardest on each other: long lanes run straight. */
  function heights(total, n, levels, down, up) {
    const y = new Float64Array(total);
    const half = v => v < n ? nodeHeight / 2 + rowGap / 2 : bendHeight / 2 + 2;
    for (const level of levels) {
      let at = 0;
      for (const v of level) { y[v] = at + half(v); at = y[v] + half(v); }
      for (const v of level) y[v] -= at / 2;
    }
    const rounds = total > 20000 ? 8 : 16;
    for (let round = 0; round < rounds; round++) {
      const forward = round % 2 === 0;
      const both = round >= rounds - 4;
      for (let k = 0; k < levels.length; k++) {
        const level = levels[forward ? k : levels.length - 1 - k];
        settle(level, v => {
          let sum = 0;
          let weight = 0;
          for (const g of both ? [up, down] : [forward ? up : down]) {
            for (let e = g.start[v]; e < g.start[v + 1]; e++) {
              const u = g.list[e];
              const w = v >= n && u >= n ? 8 : v >= n || u >= n ? 2 : 1;
              sum += y[u] * w;
              weight += w;
            }
          }
          return weight ? [sum / weight, weight] : [y[v], 0.1];
        }, y, half);
      }
    }
    return y;
  }

  function settle(level, wish, y, half) {
    const sums = [];
    const weights = [];
    const sizes = [];
    const offset = new Float64Array(level.length);
    let at = 0;
    for (let k = 0; k < level.length; k++) {
      if (k) at += half(level[k - 1]) + half(level[k]);
      offset[k] = at;
      const [want, weight] = wish(level[k]);
      let s = (want - at) * weight;
      let w = weight;
      let size = 1;
      while (sums.length && sums[sums.length - 1] / weights[weights.length - 1] > s / w) {
        s += sums.pop();
        w += weights.pop();
        size += sizes.pop();
      }
      sums.push(s);
      weights.push(w);
      sizes.push(size);
    }
    let k = 0;
    for (let b = 0; b < sums.length; b++) {
      const value = sums[b] / weights[b];
      for (let c = 0; c < sizes[b]; c++, k++) y[level[k]] = value + offset[k];
    }
  }

  /* Nodes without any edge: a plain grid, about as wide as what stands above it. */
  function grid(all, single, blocks) {
    const block = all.blocks++;
    let cell = 0;
    for (const g of single) cell = Math.max(cell, all.width[g]);
    cell += 24;
    const row = nodeHeight + rowGap;
    const widest = blocks.reduce((m, b) => Math.max(m, b.width), 0);
    const columns = Math.max(1, Math.round(Math.max(Math.min(widest / cell, single.length), Math.sqrt(single.length * row * 1.6 / cell))));
    single.forEach((g, k) => {
      all.block[g] = block;
      all.x[g] = (k % columns) * cell;
      all.y[g] = Math.floor(k / columns) * row + nodeHeight / 2;
    });
    return { part: single, width: Math.min(columns, single.length) * cell - 24, height: Math.ceil(single.length / columns) * row - rowGap };
  }

  /* Blocks on lines, in their given order, the whole about half again as wide as high. */
  function pack(all, part, blocks) {
    let area = 0;
    let widest = 0;
    for (const b of blocks) {
      area += (b.width + partGap) * (b.height + partGap);
      widest = Math.max(widest, b.width);
    }
    const room = Math.max(widest, Math.sqrt(area * 1.7));
    let px = 0;
    let py = 0;
    let line = 0;
    let right = 0;
    for (const b of blocks) {
      /* Large blocks ask for more air between them. */
      const gap = b.area ? 4 * partGap : partGap;
      if (px > 0 && px + b.width > room) {
        py += line + gap;
        px = 0;
        line = 0;
      }
      if (px || py) move(all, b, px, py);
      right = Math.max(right, px + b.width);
      px += b.width + gap * 1.5;
      line = Math.max(line, b.height);
    }
    return { part, width: right, height: py + line };
  }

  function move(all, b, dx, dy) {
    for (const g of b.part) {
      all.x[g] += dx;
      all.y[g] += dy;
      const lane = all.bends[g];
      for (let k = 0; lane && k < lane.length; k += 3) {
        lane[k] += dx;
        lane[k + 1] += dx;
        lane[k + 2] += dy;
      }
    }
    if (b.area) {
      b.area.x0 += dx;
      b.area.x1 += dx;
      b.area.y0 += dy;
      b.area.y1 += dy;
    }
  }

  return { compute, widthOf, nodeHeight };
})();
