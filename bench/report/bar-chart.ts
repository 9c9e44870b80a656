import { parse, View, type Spec } from 'vega';
import type { Plot } from './report.js';

const WIDTH = 480;
const BAR = 22;
/** Where bars of a logarithmic plot begin. */
const BASE = 0.1;
const INK = '#1f2328';
const BAR_COLOR = '#4c78a8';
const GOAL_COLOR = '#c4320a';

/** The plot as SVG, on white, since it is read on dark pages too. */
export function barChart({ measure, bars, goal, isLogarithmic = false }: Plot): Promise<string> {
  const values = bars.map((bar) => ({ goal, ...bar, shown: toShown(bar.value) }));
  const goals = [
    ...new Set(values.flatMap(({ goal: value }) => (value === undefined ? [] : [value]))),
  ];
  const spec: Spec = {
    width: WIDTH,
    height: bars.length * BAR,
    padding: 12,
    background: 'white',
    config: {
      axis: {
        labelColor: INK,
        titleColor: INK,
        labelFontSize: 12,
        titleFontSize: 12,
        titleFontWeight: 'normal',
        labelLimit: 400,
      },
    },
    data: [
      { name: 'bars', values },
      { name: 'goals', values: goals.map((value) => ({ value, shown: `goal ${value}` })) },
    ],
    scales: [
      {
        name: 'y',
        type: 'band',
        domain: { data: 'bars', field: 'label' },
        range: 'height',
        padding: 0.25,
      },
      {
        name: 'x',
        domain: {
          fields: [
            { data: 'bars', field: 'value' },
            { data: 'goals', field: 'value' },
          ],
        },
        range: 'width',
        ...(isLogarithmic ? { type: 'log', domainMin: BASE } : { zero: true, nice: true }),
      },
    ],
    axes: [
      { orient: 'left', scale: 'y', ticks: false, domain: false, labelPadding: 8 },
      { orient: 'bottom', scale: 'x', title: measure, tickCount: 6, titlePadding: 8 },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'bars' },
        encode: {
          enter: {
            y: { scale: 'y', field: 'label' },
            height: { scale: 'y', band: 1 },
            x: { scale: 'x', value: isLogarithmic ? BASE : 0 },
            x2: { scale: 'x', field: 'value' },
            fill: { value: BAR_COLOR },
          },
        },
      },
      {
        type: 'rule',
        from: { data: 'bars' },
        encode: {
          enter: {
            // From the middle of the gap above to that below, so that lines of one goal join.
            y: { scale: 'y', field: 'label', offset: -BAR * 0.125 },
            y2: { scale: 'y', field: 'label', band: 1, offset: BAR * 0.125 },
            x: { scale: 'x', field: 'goal' },
            stroke: { value: GOAL_COLOR },
            strokeWidth: { value: 2 },
            opacity: { signal: 'isValid(datum.goal) ? 1 : 0' },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'goals' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'value' },
            y: { value: -6 },
            text: { field: 'shown' },
            align: { value: 'center' },
            fill: { value: GOAL_COLOR },
            fontSize: { value: 12 },
          },
        },
      },
      // In a separate column, which the lines of the goals do not cross.
      {
        type: 'text',
        from: { data: 'bars' },
        encode: {
          enter: {
            x: { value: WIDTH + 10 },
            y: { scale: 'y', field: 'label', band: 0.5 },
            text: { field: 'shown' },
            baseline: { value: 'middle' },
            fill: { value: INK },
            fontSize: { value: 12 },
          },
        },
      },
    ],
  };
  return new View(parse(spec), { renderer: 'none' }).toSVG();
}

/** With three digits, or all that are in front of the point. */
function toShown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}
