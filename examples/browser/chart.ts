/** The loss of each step, and its running mean, on a canvas. */

const MARGIN = { left: 44, right: 8, top: 10, bottom: 26 };

/** Weight of the newest loss in the running mean. */
const NEW = 0.05;

export function drawChart(canvas: HTMLCanvasElement, losses: readonly number[]): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  context.font = '12px system-ui, sans-serif';

  const steps = Math.max(100, losses.length);
  const top = Math.max(0.5, Math.ceil(2 * losses.reduce((most, loss) => Math.max(most, loss), 2)) / 2);
  const x = (step: number) => MARGIN.left + ((width - MARGIN.left - MARGIN.right) * step) / steps;
  const y = (loss: number) => height - MARGIN.bottom - ((height - MARGIN.top - MARGIN.bottom) * loss) / top;

  // The page's own, where it names some.
  const style = getComputedStyle(canvas);
  const colour = (name: string, otherwise: string) => style.getPropertyValue(name) || otherwise;
  context.fillStyle = colour('--soft', '#667085');
  context.strokeStyle = colour('--line', '#e4e7ec');
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (let loss = 0; loss <= top; loss += 0.5) {
    context.beginPath();
    context.moveTo(MARGIN.left, y(loss));
    context.lineTo(width - MARGIN.right, y(loss));
    context.stroke();
    context.fillText(loss.toFixed(1), MARGIN.left - 8, y(loss));
  }
  context.textBaseline = 'alphabetic';
  const tick = [20, 50, 100, 200, 500, 1000, 2000].find((every) => steps / every <= 7) ?? 5000;
  for (let step = tick; step <= steps; step += tick) {
    context.textAlign = x(step) > width - 30 ? 'right' : 'center';
    context.fillText(String(step), x(step), height - 8);
  }
  context.textAlign = 'left';
  context.fillText('step', MARGIN.left, height - 8);

  const line = (values: readonly number[], color: string, thickness: number) => {
    context.strokeStyle = color;
    context.lineWidth = thickness;
    context.lineJoin = 'round';
    context.beginPath();
    for (const [step, value] of values.entries()) context.lineTo(x(step + 1), y(value));
    context.stroke();
  };
  line(losses, colour('--faint', '#c3d3f7'), 1);
  // Divided by the weights so far, so that the first losses count no more than others.
  let [sum, weight] = [0, 0];
  const mean = losses.map((loss) => {
    sum += NEW * (loss - sum);
    weight += NEW * (1 - weight);
    return sum / weight;
  });
  line(mean, colour('--accent', '#2f6fed'), 2);
}
