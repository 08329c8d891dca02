/**
 * Design tokens: colours, fonts, layers and motion. Components read the CSS variables
 * (`var(--w-text-2)`), never a hex value; charts read `chart`.
 */
export type Mode = 'light' | 'dark';

const light = {
  canvas: '#F6F5F2', // behind everything: navigation, designer canvas
  surface: '#FFFFFF', // the sheet, cards, inputs
  raised: '#FFFFFF', // popovers, drawers, modals
  sunken: '#FAF9F7', // table head, board column, read-only field
  hover: '#F4F3F0',
  active: '#ECEBE8',
  line: '#E9E7E3', // hairlines between things
  'line-strong': '#D6D4CF', // control borders
  text: '#1F1E1C',
  'text-2': '#4F4E4B',
  'text-3': '#6B6A66', // smallest contrast allowed for words: 5.4 on surface, 4.9 on canvas
  placeholder: '#73726E',
  disabled: '#A5A4A0',
  primary: '#3158C1', // 靛蓝: the one accent; actions, selection, focus, links
  'primary-hover': '#2A4EB1',
  'primary-active': '#2447A3',
  'primary-text': '#2C50B4',
  'primary-soft': '#F1F5FE', // selected row, active nav item
  'primary-soft-2': '#E2EBFF', // legal drop target, hovered selection
  'primary-line': '#A8C1F8',
  'on-primary': '#FFFFFF',
  success: '#2C7A4B',
  'success-text': '#1B6A3C',
  'success-soft': '#E7F5EB',
  'success-line': '#B4DCC1',
  warning: '#B4690E',
  'warning-text': '#85480A',
  'warning-soft': '#FEF2E0',
  'warning-line': '#F0CF9E',
  danger: '#C5362B',
  'on-danger': '#FFFFFF',
  'danger-hover': '#AE2D23',
  'danger-text': '#A82A20',
  'danger-soft': '#FEEDEA',
  'danger-line': '#F3BDB5',
  ink: '#21252F', // design-mode bar, bulk bar, tooltips
  'ink-2': '#323846',
  'on-ink': '#F5F5F3',
  'on-ink-2': '#B9BDC9',
  mask: 'rgba(31, 30, 28, 0.3)',
  'shadow-1': '0 1px 2px rgba(31,30,28,.06)',
  'shadow-2': '0 0 0 1px rgba(31,30,28,.06), 0 4px 12px rgba(31,30,28,.10)',
  'shadow-3': '0 0 0 1px rgba(31,30,28,.05), 0 12px 32px rgba(31,30,28,.16)',
};

const dark: typeof light = {
  canvas: '#121211',
  surface: '#1A1A18',
  raised: '#232321',
  sunken: '#161614',
  hover: '#252523',
  active: '#2F2F2C',
  line: '#2B2B28',
  'line-strong': '#444440',
  text: '#EAE9E6',
  'text-2': '#BBBAB6',
  'text-3': '#9C9B97',
  placeholder: '#8B8A86',
  disabled: '#62615D',
  primary: '#4671DC',
  'primary-hover': '#5680E6',
  'primary-active': '#3B64CB',
  'primary-text': '#9DB9FB',
  'primary-soft': '#1D263D',
  'primary-soft-2': '#25345C',
  'primary-line': '#41599A',
  'on-primary': '#FFFFFF',
  success: '#4E9E6B',
  'success-text': '#8FD0A4',
  'success-soft': '#1A2B20',
  'success-line': '#2F5540',
  warning: '#C98A3A',
  'warning-text': '#EDBB80',
  'warning-soft': '#30230F',
  'warning-line': '#5E4620',
  danger: '#E5776C',
  'on-danger': '#1F0A08',
  'danger-hover': '#EE8A80',
  'danger-text': '#FFA79C',
  'danger-soft': '#381F1C',
  'danger-line': '#6B3A35',
  ink: '#262C3D',
  'ink-2': '#363E54',
  'on-ink': '#F1F1EF',
  'on-ink-2': '#B4B9C8',
  mask: 'rgba(0, 0, 0, 0.56)',
  'shadow-1': '0 1px 2px rgba(0,0,0,.4)',
  'shadow-2': '0 0 0 1px rgba(255,255,255,.07), 0 6px 16px rgba(0,0,0,.5)',
  'shadow-3': '0 0 0 1px rgba(255,255,255,.08), 0 16px 40px rgba(0,0,0,.6)',
};

export const tokens = { light, dark };

/** Colours a builder may give to a choice (`x-choices[].color`), a tag or a stage: [text, soft background, dot]. */
export const choice: Record<Mode, Record<string, [string, string, string]>> = {
  light: {
    grey: ['#51504C', '#F0EFED', '#888682'],
    blue: ['#005685', '#E2F3FF', '#2A8FCA'],
    cyan: ['#005D62', '#E1F4F5', '#22989D'],
    green: ['#116031', '#E5F5E9', '#459B61'],
    lime: ['#425900', '#ECF3E2', '#759334'],
    yellow: ['#6B4900', '#F9F0DC', '#A97F02'],
    orange: ['#7D3B00', '#FFEEE0', '#C16F17'],
    red: ['#892A25', '#FFEAE6', '#DB524A'],
    pink: ['#832953', '#FFE9F1', '#CD568B'],
    purple: ['#613888', '#F4ECFF', '#9B6CCD'],
  },
  dark: {
    grey: ['#C8C7C4', '#2E2E2C', '#A09E9A'],
    blue: ['#96CFF8', '#172D3B', '#58A7DC'],
    cyan: ['#96D4D8', '#172F30', '#56AFB3'],
    green: ['#A1D7AE', '#1C2F21', '#69B17E'],
    lime: ['#BBD196', '#262D18', '#8FAA5B'],
    yellow: ['#E0C489', '#332913', '#BE9946'],
    orange: ['#F3BA8C', '#392514', '#D58B4B'],
    red: ['#FFABA0', '#3E211E', '#ED756A'],
    pink: ['#FEABCB', '#3C202B', '#E177A3'],
    purple: ['#D6B8FB', '#2F243C', '#B188DF'],
  },
};

/** A colour that a definition names; grey for one that is not among ours. */
export const choiceColor = (name: string | undefined): string =>
  name !== undefined && name in choice.light ? name : 'grey';

/** Charts. `series` for things without order (≤ 6, then 其他), `ramp` for ordered things such as stages. */
export const chart = {
  light: {
    series: ['#3158C1', '#1F8E8A', '#C8881F', '#B5563C', '#7A5AA6', '#77756F'],
    ramp: ['#C7D9FF', '#93B2F3', '#5F87E2', '#3158C1', '#1C377E'],
    compare: '#C9C6BF',
    target: '#B4690E',
    grid: '#EFEDEA',
  },
  dark: {
    series: ['#7B9DF2', '#4FB3AE', '#D9A64E', '#D9836B', '#A98BD3', '#A3A19B'],
    ramp: ['#263A6E', '#3A57A8', '#5379DC', '#86A8F6', '#C3D5FF'],
    compare: '#4A4A46',
    target: '#D9A64E',
    grid: '#2A2A27',
  },
};

export const font = {
  // Inter (Latin + digits subset, 48 KiB) keeps figures tabular on every system; Chinese always comes from the system.
  sans: '"Inter Variable", -apple-system, "PingFang SC", "Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif',
  mono: 'ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "DejaVu Sans Mono", "PingFang SC", "Microsoft YaHei UI", "Noto Sans CJK SC", monospace',
};

export const z = { sticky: 10, bulkBar: 20, nav: 30, drawer: 1000, modal: 1000, popup: 1050, toast: 1080, tour: 1100 };
export const motion = {
  fast: '120ms',
  mid: '180ms',
  slow: '240ms',
  out: 'cubic-bezier(.2,.8,.2,1)',
  inOut: 'cubic-bezier(.4,0,.2,1)',
};

const vars = (mode: Mode) =>
  [
    ...Object.entries(tokens[mode]).map(([k, v]) => `--w-${k}:${v}`),
    ...Object.entries(choice[mode]).flatMap(([k, [text, soft, dot]]) => [
      `--c-${k}:${text}`,
      `--c-${k}-soft:${soft}`,
      `--c-${k}-dot:${dot}`,
    ]),
    ...chart[mode].series.map((v, i) => `--s-${i + 1}:${v}`),
    ...chart[mode].ramp.map((v, i) => `--r-${i + 1}:${v}`),
  ].join(';');

/** The variables of both modes: `data-theme` on <html> is light, dark or system. */
export const stylesheet =
  `:root{--w-sans:${font.sans};--w-mono:${font.mono};${vars('light')};color-scheme:light}` +
  `[data-theme=dark]{${vars('dark')};color-scheme:dark}` +
  `@media (prefers-color-scheme:dark){[data-theme=system]{${vars('dark')};color-scheme:dark}}` +
  `@media (prefers-contrast:more){:root{--w-line-strong:#8A8884}[data-theme=dark]{--w-line-strong:#7C7B76}}`;
