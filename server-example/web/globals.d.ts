/** uPlot is loaded by index.html as a plain script and defines one global. */
declare const uPlot: typeof import('uplot');
