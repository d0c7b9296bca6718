// The picture of a graph at one step of a sweep.

import { digits, isStill, svg } from './dom.js';

const BOX = { width: 132, height: 74 };
const GAP = { along: 76, across: 26 };

/** The layer of each node: inputs first, an operation after its operands. */
function layers(nodes) {
  const depth = [];
  nodes.forEach((node, i) => {
    const operands = node.operands.filter((operand) => 'node' in operand);
    depth[i] = operands.length ? 1 + Math.max(...operands.map((operand) => depth[operand.node])) : 0;
  });
  // An input that is used late stands before its first use.
  nodes.forEach((node, i) => {
    if (node.operands.length) return;
    const uses = nodes.flatMap((other, j) => (other.operands.some((operand) => operand.node === i) ? [depth[j]] : []));
    if (uses.length) depth[i] = Math.min(...uses) - 1;
  });
  return depth;
}

/**
 * The positions of the nodes, along the layers and across them, near the mean of their neighbours. An edge that skips
 * layers passes through a waypoint in each of them, which all edges out of a node share.
 */
function positions(nodes) {
  const depth = layers(nodes);
  const items = nodes.map((_, i) => ({ along: depth[i], size: 1, near: [], across: 0 }));
  const trunks = nodes.map(() => []);
  const link = (a, b) => {
    items[a].near.push(b);
    items[b].near.push(a);
  };
  nodes.forEach((node, i) => new Set(node.operands.filter((operand) => 'node' in operand).map((operand) => operand.node)).forEach((from) => {
    let last = from;
    for (let layer = depth[from] + 1; layer < depth[i]; layer++) {
      const k = layer - depth[from] - 1;
      if (trunks[from][k] === undefined) {
        trunks[from][k] = items.push({ along: layer, size: 0.5, near: [], across: 0 }) - 1;
        link(last, trunks[from][k]);
      }
      last = trunks[from][k];
    }
    link(last, i);
  }));
  const columns = [];
  items.forEach(({ along }, i) => (columns[along] ??= []).push(i));
  const settle = (column) => {
    const mean = (i) => items[i].near.reduce((sum, j) => sum + items[j].across, 0) / (items[i].near.length || 1);
    const wanted = column.map((i) => [items[i].near.length ? mean(i) : items[i].across, i]).sort((a, b) => a[0] - b[0]);
    const length = wanted.reduce((sum, [, i]) => sum + items[i].size, 0);
    let next = wanted.reduce((sum, [m]) => sum + m, 0) / wanted.length - length / 2;
    for (const [, i] of wanted) {
      items[i].across = next + items[i].size / 2;
      next += items[i].size;
    }
  };
  columns.forEach((column) => column.forEach((i, rank) => { items[i].across = rank; }));
  for (let round = 0; round < 12; round++) (round % 2 ? columns.toReversed() : columns).forEach(settle);
  const lowest = Math.min(...items.map(({ across, size }) => across - (size - 1) / 2));
  items.forEach((item) => { item.across -= lowest; });
  return { items, trunks, depth };
}

/** The numbers of forward mode or of reverse mode after some nodes of the sweep, and what the last of them did. */
function sweep({ nodes, output, variables }, { mode, wrt, order, step }) {
  const input = variables.indexOf(wrt);
  const done = new Set(order.slice(0, step));
  const current = step > 0 && step < order.length + 1 ? order[step - 1] : undefined;
  const numbers = nodes.map(() => undefined);
  const name = (i) => nodes[i].name;
  const terms = (i) => nodes[i].operands.filter((operand) => 'node' in operand);
  if (mode === 'forward') {
    done.forEach((i) => { numbers[i] = nodes[i].tangents[input]; });
    if (current === undefined) return { numbers, done, story: `Forward sweep with respect to ${wrt}: values and tangents are computed together, from the inputs on.` };
    const sum = terms(current).map(({ node, partial }) => `${digits(partial)} · ${digits(nodes[node].tangents[input])}`).join(' + ');
    const text = sum ? `${name(current)} = ${nodes[current].formula} = ${digits(nodes[current].value)}; its tangent is the sum of partial times tangent of each operand: ${sum} = ${digits(numbers[current])}.`
      : `${name(current)} is an input; its tangent is ${digits(numbers[current])}: the sweep is with respect to ${wrt}.`;
    return { numbers, done, current, story: `Step ${step} of ${order.length}. ${text}` };
  }
  // The sums so far; when all contributions have arrived, they are the adjoints of the library.
  const open = nodes.map((_, i) => nodes.filter((other, j) => nodes[j].reached && other.operands.some((operand) => operand.node === i)).length);
  if (output !== null) numbers[output] = nodes[output].adjoint;
  for (const i of order.slice(0, step)) {
    for (const { node, partial } of terms(i)) numbers[node] = (numbers[node] ?? 0) + Number(partial) * Number(nodes[i].adjoint);
    new Set(terms(i).map(({ node }) => node)).forEach((node) => {
      open[node] -= 1;
      if (open[node] === 0) numbers[node] = nodes[node].adjoint;
    });
  }
  if (step === 0) return { numbers, done, story: 'Reverse sweep: the adjoint of the output is 1. Each step passes it on to the operands, last operation first.' };
  const passed = terms(current).map(({ node, partial }) => `${name(node)} gets ${digits(nodes[current].adjoint)} · ${digits(partial)} = ${digits(Number(nodes[current].adjoint) * Number(partial))}`);
  const end = step === order.length ? ' All derivatives are known, after one sweep.' : '';
  return { numbers, done, current, story: `Step ${step} of ${order.length}. ${name(current)} = ${nodes[current].formula} passes on its adjoint times each partial: ${passed.join('; ')}.${end}` };
}

/** Draws the graph into `container`, and returns what the step does, in words. */
export function drawGraph(container, reply, view) {
  const { nodes } = reply;
  const { numbers, done, current, story } = sweep(reply, view);
  const isTall = container.clientWidth < 620;
  const { items, trunks, depth } = positions(nodes);
  const [stepX, stepY] = isTall ? [BOX.width + GAP.across, BOX.height + GAP.along - 14] : [BOX.width + GAP.along, BOX.height + GAP.across];
  const places = items.map(({ along, across }) => (isTall ? [across * stepX, along * stepY] : [along * stepX, across * stepY]));
  const at = places.slice(0, nodes.length);
  const width = Math.max(...places.map(([x]) => x)) + BOX.width + 8;
  const height = Math.max(...places.map(([, y]) => y)) + BOX.height + 8;
  const picture = svg('svg', { viewBox: `-4 -4 ${width} ${height}`, width, height, class: isTall || width < 1.6 * container.clientWidth ? 'fits' : null, role: 'img', 'aria-label': `Graph with ${nodes.length} nodes. ${story}` });
  const [edges, labels, boxes] = [svg('g'), svg('g'), svg('g')];
  nodes.forEach((node, i) => {
    const operands = node.operands.filter((operand) => 'node' in operand);
    operands.forEach(({ node: from, partial }, k) => {
      const way = trunks[from].slice(0, depth[i] - depth[from] - 1).map((item) => places[item]);
      const { path, label } = edge([at[from], ...way, at[i]], isTall, (k + 1) / (operands.length + 1));
      const kind = i === current ? 'active' : done.has(i) ? 'done' : '';
      edges.append(svg('path', { d: path, class: kind }));
      labels.append(svg('text', { x: label[0], y: label[1], class: 'partial', 'text-anchor': 'middle' }, digits(partial, 4)));
      if (i === current && !isStill()) edges.append(message(path, view.mode === 'reverse'));
    });
    boxes.append(box(node, at[i], { number: numbers[i], isActive: i === current, isDone: numbers[i] !== undefined, mode: view.mode }));
  });
  picture.append(edges, labels, boxes);
  container.replaceChildren(picture);
  return story;
}

/** The curve from an operand through waypoints to its use, and the place of its partial. */
function edge(places, isTall, share) {
  const { width, height } = BOX;
  const [[x1, y1], [x2, y2]] = [places[0], places.at(-1)];
  const from = isTall ? [x1 + width / 2, y1 + height] : [x1 + width, y1 + height / 2];
  const to = isTall ? [x2 + width * share, y2] : [x2, y2 + height * share];
  // A waypoint is passed straight on, for the length of a box.
  const passed = places.slice(1, -1).flatMap(([x, y]) => (isTall
    ? [[x + width / 2, y], [x + width / 2, y + height]] : [[x, y + height / 2], [x + width, y + height / 2]]));
  const points = [from, ...passed, to];
  let path = `M${from}`;
  for (let i = 1; i < points.length; i++) {
    const [[a, b], [c, d]] = [points[i - 1], points[i]];
    path += isTall ? ` C${a},${(b + d) / 2} ${c},${(b + d) / 2} ${c},${d}` : ` C${(a + c) / 2},${b} ${(a + c) / 2},${d} ${c},${d}`;
  }
  const [, before] = points.at(-2);
  const rise = to[1] - before;
  const label = isTall ? [to[0], to[1] - 12] : [to[0] - 24, to[1] + (rise > 4 ? -6 : rise < -4 ? 14 : -6)];
  return { path, label };
}

/** A dot that moves along an edge: with the values, or against them. */
function message(path, isReverse) {
  const motion = svg('animateMotion', {
    dur: '0.8s', path, repeatCount: 'indefinite', keyPoints: isReverse ? '1;0' : '0;1', keyTimes: '0;1', calcMode: 'linear',
  });
  return svg('circle', { r: 5, class: 'message' }, motion);
}

function box(node, [x, y], { number, isActive, isDone, mode }) {
  const middle = BOX.width / 2;
  const formula = node.operands.length ? node.formula : 'input';
  const short = formula.length > 17 ? `${formula.slice(0, 16)}…` : formula;
  const known = number === undefined ? '·' : digits(number);
  const line = (text, dy, kind) => svg('text', { x: middle, y: dy, 'text-anchor': 'middle', class: kind }, text);
  return svg('g', { transform: `translate(${x},${y})`, class: `${isActive ? 'active' : ''} ${isDone ? 'done' : ''}` },
    svg('title', {}, `${node.name} = ${node.formula}`),
    svg('rect', { width: BOX.width, height: BOX.height, rx: 11 }),
    line(short, 17, 'formula'),
    line(`${node.name} = ${digits(node.value)}`, 40, 'name'),
    line(`${mode === 'reverse' ? 'adjoint' : 'tangent'} ${known}`, 61, 'derivative'));
}
