// Charts: a <figure data-chart> holds a JSON with categories and series; the table beside it says the same in words.
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const INK = '#4a5464', LINE = '#dfe3e8';
const COLOURS = { started: '#b9ccf4', ended: '#1a6b3c', share: '#8a5200', median: '#5c86d9', p95: '#dfe3e8', plain: '#5c86d9', second: '#8fa6cf', late: '#b3261e' };

export function attachCharts(root) {
  for (const box of root.querySelectorAll('[data-chart]')) {
    if (box.dataset.drawn) continue;
    box.dataset.drawn = 'yes';
    draw(box, JSON.parse(document.getElementById(box.dataset.chart).textContent));
  }
}

/** told: {categories, series: [{name, look, type, values, share}], lying, unit} */
function draw(box, told) {
  const chart = echarts.init(box, null, { renderer: 'svg' });
  const categories = { type: 'category', data: told.categories, axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } },
    axisLabel: { color: INK, hideOverlap: true }, inverse: Boolean(told.lying) };
  const values = { type: 'value', splitLine: { lineStyle: { color: LINE } }, axisLabel: { color: INK }, minInterval: told.whole ? 1 : 0, name: told.unit || '', nameTextStyle: { color: INK } };
  const shares = { type: 'value', min: 0, max: 1, splitLine: { show: false }, axisLabel: { color: INK, formatter: (value) => `${Math.round(value * 100)}%` } };
  const shared = told.series.some((one) => one.share);
  chart.setOption({
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 },
    grid: { left: 8, right: shared ? 8 : 16, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, right: 0, itemWidth: 14, itemHeight: 9, textStyle: { color: INK } },
    tooltip: { trigger: 'axis', confine: true, valueFormatter: (value) => (value === null || value === undefined ? '–' : String(value)) },
    xAxis: told.lying ? values : categories,
    yAxis: told.lying ? categories : shared ? [values, shares] : values,
    series: told.series.map((one) => ({
      name: one.name, type: one.type || 'bar', data: one.values, barMaxWidth: 22, symbolSize: 5, connectNulls: false,
      barGap: told.over ? '-100%' : '20%', z: one.look === 'median' ? 3 : 2,
      yAxisIndex: one.share ? 1 : 0, itemStyle: { color: COLOURS[one.look] || COLOURS.plain }, lineStyle: { width: 2 },
      tooltip: one.share ? { valueFormatter: (value) => (value === null || value === undefined ? '–' : `${(value * 100).toFixed(1)}%`) } : undefined,
    })),
  });
  new ResizeObserver(() => chart.resize()).observe(box);
}
