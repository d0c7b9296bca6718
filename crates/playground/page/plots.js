// Drawing on canvases: themes, axes, lines, maps of values.

const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

const known = new Map();

/** The value for a key, which is computed once for each theme. */
function remembered(key, value) {
  if (!known.has(key)) known.set(key, value());
  return known.get(key);
}

/** Has to be called when the theme changes. */
export const forgetColours = () => known.clear();

/** The colour of a role in the current theme. */
export const colour = (role) => remembered(role, () => getComputedStyle(document.documentElement).getPropertyValue(`--${role}`).trim());

/** The red, green and blue of a colour. */
export const rgb = (text) => remembered(`rgb ${text}`, () => {
  probe.fillStyle = text;
  return probe.fillStyle.match(/\w\w/g).map((part) => parseInt(part, 16));
});

/** The context of a canvas in pixels of CSS, cleared, with its size. */
export function prepared(canvas, height) {
  const width = canvas.clientWidth || canvas.parentElement?.clientWidth || 300;
  const tall = height ?? (canvas.clientHeight || width);
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const [w, h] = [Math.round(width * ratio), Math.round(tall * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    if (height) canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, tall);
  return { context, width, height: tall };
}

const small = document.createElement('canvas');

/** Draws a map of `columns` by `rows` colours, whose first row is at the bottom, into a rectangle. */
export function drawMap(context, columns, rows, at, [x, y, width, height], smooth = true) {
  small.width = columns;
  small.height = rows;
  const inner = small.getContext('2d');
  const image = inner.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) pixels[(rows - 1 - row) * columns + column] = at(row * columns + column);
  }
  inner.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = smooth;
  context.drawImage(small, x, y, width, height);
}

/** A colour between two, as a pixel of a map. */
export function between(a, b, share) {
  const part = (i) => Math.round(a[i] + (b[i] - a[i]) * share);
  return 0xff000000 | (part(2) << 16) | (part(1) << 8) | part(0);
}

/** Numbers at which an axis has ticks. */
export function ticks(low, high, count = 5) {
  const rough = (high - low) / count;
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((s) => s >= rough);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

const short = (x) => (Math.abs(x) >= 1e4 || (x !== 0 && Math.abs(x) < 1e-3) ? x.toExponential(0) : String(Number(x.toPrecision(3)))).replace('-', '−');

/**
 * Lines over a common axis. A line has `points` ([x, y]), a colour `role`, and may be `dashed` or have `dots`.
 * With `log`, the vertical axis is logarithmic.
 */
export function chart(canvas, { lines, height = 150, log = false, window, xLabel, bars }) {
  const { context: c, width } = prepared(canvas, height);
  const all = lines.flatMap((line) => line.points).filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y) && (!log || y > 0));
  let [left, right, bottom, top] = window ?? [Infinity, -Infinity, Infinity, -Infinity];
  if (!window) {
    for (const [x, y] of all) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      bottom = Math.min(bottom, y);
      top = Math.max(top, y);
    }
    if (!all.length) [left, right, bottom, top] = [0, 1, log ? 0.1 : 0, 1];
    if (left === right) right = left + 1;
    if (bottom === top) [bottom, top] = log ? [bottom / 2, top * 2] : [bottom - 0.5, top + 0.5];
    if (!log) [bottom, top] = [bottom - 0.05 * (top - bottom), top + 0.05 * (top - bottom)];
  }
  const value = (y) => (log ? Math.log10(y) : y);
  const frame = { x: 44, y: 8, w: width - 52, h: height - (xLabel ? 46 : 28) };
  const X = (x) => frame.x + (frame.w * (x - left)) / (right - left);
  const Y = (y) => frame.y + frame.h * (1 - (value(y) - value(bottom)) / (value(top) - value(bottom)));
  axes(c, { frame, left, right, bottom, top, log, X, Y, xLabel });
  c.save();
  c.lineCap = 'round';
  c.beginPath();
  c.rect(frame.x, frame.y - 2, frame.w + 2, frame.h + 4);
  c.clip();
  if (bars) {
    c.fillStyle = colour(bars.role);
    c.globalAlpha = 0.45;
    bars.points.forEach(([x, y]) => c.fillRect(X(x - bars.width / 2) + 0.5, Y(y), X(x + bars.width / 2) - X(x - bars.width / 2) - 1, Y(bottom) - Y(y)));
    c.globalAlpha = 1;
  }
  for (const line of lines) {
    c.strokeStyle = c.fillStyle = colour(line.role);
    c.lineWidth = line.width ?? 2;
    c.setLineDash(line.dashed ? [5, 4] : []);
    c.globalAlpha = line.alpha ?? 1;
    c.beginPath();
    thinned(line.points, frame.w).forEach(([x, y], i) => {
      const point = [X(x), Y(log ? Math.max(y, bottom) : y)];
      c.lineTo(...point);
      // In pieces: without a GPU, the time for a path that goes up and down grows with the square of its length.
      if (line.dashed || i % 10) return;
      c.stroke();
      c.beginPath();
      c.moveTo(...point);
    });
    c.stroke();
    c.setLineDash([]);
  }
  c.restore();
  return { X, Y, left, right, bottom, top };
}

/** Every so many points, so that a line has about `count`. */
function thinned(points, count) {
  const step = Math.ceil(points.length / count);
  return step > 1 ? points.filter((_, i) => i % step === 0 || i === points.length - 1) : points;
}

function axes(c, { frame, left, right, bottom, top, log, X, Y, xLabel }) {
  c.font = '11.5px system-ui, sans-serif';
  c.lineWidth = 1;
  const ys = log ? decades(bottom, top) : ticks(bottom, top, 4);
  for (const y of ys) {
    c.strokeStyle = colour('line');
    c.beginPath();
    c.moveTo(frame.x, Y(y));
    c.lineTo(frame.x + frame.w, Y(y));
    c.stroke();
    c.fillStyle = colour('muted');
    c.textAlign = 'right';
    c.textBaseline = 'middle';
    c.fillText(short(y), frame.x - 6, Y(y));
  }
  c.textAlign = 'center';
  c.textBaseline = 'top';
  for (const x of ticks(left, right, Math.max(2, Math.floor(frame.w / 60)))) {
    // The last one stays inside.
    const rightmost = frame.x + frame.w + 8 - c.measureText(short(x)).width / 2;
    c.fillText(short(x), Math.min(X(x), rightmost), frame.y + frame.h + 6);
  }
  if (xLabel) c.fillText(xLabel, frame.x + frame.w / 2, frame.y + frame.h + 21);
}

function decades(bottom, top) {
  const found = [];
  const wide = Math.log10(top / bottom) > 2;
  for (let power = Math.floor(Math.log10(bottom)); power <= Math.log10(top); power++) {
    for (const factor of wide ? [1] : [1, 2, 5]) found.push(factor * 10 ** power);
  }
  const inside = found.filter((y) => y >= bottom && y <= top);
  const step = Math.ceil(inside.length / 6);
  return inside.filter((_, i) => i % step === 0);
}

/** A disc. */
export function disc(c, x, y, radius, fill, stroke) {
  c.beginPath();
  c.arc(x, y, radius, 0, 2 * Math.PI);
  if (fill) {
    c.fillStyle = fill;
    c.fill();
  }
  if (stroke) {
    c.strokeStyle = stroke;
    c.stroke();
  }
}

/** The position of a pointer on a canvas, from 0 to 1, from the left and from the bottom. */
export function pointer(event, canvas) {
  const box = canvas.getBoundingClientRect();
  const clamp = (x) => Math.min(1, Math.max(0, x));
  return [clamp((event.clientX - box.left) / box.width), clamp(1 - (event.clientY - box.top) / box.height)];
}

/** Lines of equal value on a grid of `side` by `side`, as pairs of points from 0 to 1 (marching squares). */
export function contours(values, side, levels) {
  const segments = [];
  const at = (i, j) => values[j * side + i];
  for (const level of levels) {
    const lines = [];
    for (let j = 0; j + 1 < side; j++) {
      for (let i = 0; i + 1 < side; i++) {
        const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
        const crossings = [];
        for (let k = 0; k < 4; k++) {
          const [a, b] = [corners[k], corners[(k + 1) % 4]];
          const [u, v] = [at(...a), at(...b)];
          if (u < level === v < level || !Number.isFinite(u) || !Number.isFinite(v)) continue;
          const share = (level - u) / (v - u);
          crossings.push([(a[0] + share * (b[0] - a[0])) / (side - 1), (a[1] + share * (b[1] - a[1])) / (side - 1)]);
        }
        for (let k = 0; k + 1 < crossings.length; k += 2) lines.push([crossings[k], crossings[k + 1]]);
      }
    }
    segments.push({ level, lines });
  }
  return segments;
}
