// The drawing of a draft: the modeler on wide screens, a reader on narrow ones and for those who may not change it.
import { ready } from '../page.js';
import { told } from '../studio/modeler/told.js';

ready(async () => {
  const box = document.querySelector('[data-modeler]');
  if (!box) return;
  const wide = matchMedia('(min-width: 1100px)').matches && told.editable;
  box.dataset.mode = wide ? 'edit' : 'read';
  const { open } = wide ? await import('../studio/modeler/editor.js') : await import('../studio/modeler/reader.js');
  await open(box);
});
