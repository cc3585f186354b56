// Chinese of what bpmn-js and its additions say and the dictionaries of others leave out, or word otherwise than we do.
export default {
  // what is drawn, in the words of our glossary
  'User task': '人工任务', 'Service task': '服务任务', 'Send task': '发送任务', 'Receive task': '接收任务', 'Manual task': '手工任务',
  'Business rule task': '决策任务', 'Script task': '计算任务', 'Call activity': '调用流程', Lane: '泳道', Pool: '泳池',
  'User Task': '人工任务', 'Service Task': '服务任务', 'Send Task': '发送任务', 'Receive Task': '接收任务', 'Manual Task': '手工任务',
  'Business Rule Task': '决策任务', 'Script Task': '计算任务', 'Call Activity': '调用流程', Task: '任务', Process: '流程', Participant: '泳池',
  Collaboration: '流程', 'Sequence Flow': '顺序流', 'Message Flow': '消息流', 'Default Flow': '默认流', 'Conditional Flow': '条件流',
  'Exclusive Gateway': '排他网关', 'Parallel Gateway': '并行网关', 'Inclusive Gateway': '包容网关', 'Complex Gateway': '复杂网关',
  'Event Based Gateway': '事件网关', 'Exclusive gateway': '排他网关', 'Event based instantiating Gateway': '实例化事件网关',
  'Parallel Event based instantiating Gateway': '实例化并行事件网关', 'Sub Process': '子流程', 'Expanded Sub Process': '子流程（展开）', 'Collapsed Sub Process': '子流程（折叠）', 'Expanded Ad Hoc Sub Process': '即席子流程（展开）',
  'Collapsed Ad Hoc Sub Process': '即席子流程（折叠）', 'Expanded Transaction': '事务子流程（展开）', 'Collapsed Transaction': '事务子流程（折叠）', 'Expanded Event Sub Process': '事件子流程（展开）',
  'Collapsed Event Sub Process': '事件子流程（折叠）', 'Expanded Pool': '泳池', 'Collapsed Pool': '泳池（折叠）', 'Event Subprocess': '事件子流程',  'Event Sub Process': '事件子流程', 'Ad Hoc Sub Process': '即席子流程',
  'Ad-hoc sub-process': '即席子流程', 'Ad-hoc sub-process (collapsed)': '即席子流程（折叠）', 'Ad-hoc sub-process (expanded)': '即席子流程（展开）',
  'Sub-process': '子流程', 'Sub-process (collapsed)': '子流程（折叠）', 'Sub-process (expanded)': '子流程（展开）', 'Event sub-process': '事件子流程', Transaction: '事务子流程',
  'Data Object Reference': '数据对象', 'Data Store Reference': '数据存储', 'Data Input': '数据输入', 'Data Output': '数据输出', 'Data object reference': '数据对象', 'Data store reference': '数据存储',
  'Data Input Association': '数据输入关联', 'Data Output Association': '数据输出关联', 'Text Annotation': '文字注释', Association: '关联', Group: '分组', 'Text annotation': '文字注释',
  ...events(),
  // menus
  'Append element': '接着画', 'Create element': '新建元素', 'Append task': '接着画一个任务', 'Set color': '设置颜色', Default: '默认', Blue: '蓝', Orange: '橙', Green: '绿', Red: '红', Purple: '紫',
  'Align elements': '对齐', 'Expanded pool/participant': '展开的泳池', 'Non-empty pool/participant': '非空泳池', 'Collapsed pool/participant': '折叠的泳池', 'Boundary event': '边界事件',
  'Empty pool/participant': '空泳池', 'Empty pool/participant (removes content)': '空泳池（删除内容）',
  Events: '事件', Tasks: '任务', Gateways: '网关', 'Sub-processes': '子流程', Data: '数据', Participants: '参与者', 'Close minimap': '收起缩略图', 'Open minimap': '展开缩略图',
  Search: '查找', Results: '结果', 'Search in diagram': '在图中查找', 'No matching entries.': '没有符合的。', 'Sequential multi-instance': '逐个多实例', 'Parallel multi-instance': '同时多实例',
  // properties
  '<empty>': '（空）', '<none>': '（无）', 'Toggle section': '展开或收起', 'Toggle list item': '展开或收起', 'Section contains edits': '有内容', 'Section contains an error': '有错误',
  'Create new list item': '新增一项', Create: '新增', 'Delete item': '删除', 'List contains {numOfItems} item': '共 {numOfItems} 项', 'List contains {numOfItems} items': '共 {numOfItems} 项',
  'Cancel remaining instances': '取消其余实例', Completion: '结束条件', 'Open documentation': '打开说明', Documentation: '说明', 'Open pop-up editor': '放大编辑',
  'Select an element to edit its properties.': '选中一个元素，在这里填写它的属性。',
  'Multiple elements are selected. Select a single element to edit its properties.': '选中了多个元素。只选一个，才能填写属性。',
  'Global error reference': '错误', 'Global escalation reference': '升级', 'Global signal reference': '信号', 'Activity reference': '补偿哪个活动', 'Wait for completion': '等它做完', Code: '代码',
  // token simulation
  'Token Simulation': '走令牌', 'Simulation Log': '令牌经过', 'No Entries': '还没有', Close: '关闭', 'Toggle Simulation Log': '令牌经过的步骤', 'Reset Simulation': '重来', 'Play/Pause Simulation': '暂停或继续',
  'Pause Simulation': '已暂停', 'Play Simulation': '继续', 'Focus process instance {id}': '只看实例 {id}', 'Set animation speed = {id}': '速度：{id}', Slow: '慢', Normal: '中', Fast: '快',
  'Found unsupported elements': '有些元素不能走令牌', 'Not supported': '不能走令牌', 'Set Sequence Flow': '换一条出线', 'Add pause point': '在这里停下', 'Remove pause point': '不在这里停', 'Trigger Event': '触发', Finished: '已结束',
  started: '开始', finished: '结束', canceled: '取消', SubProcess: '子流程',
};

/** The type of an event as the head of the panel says it: "Message Start Event (Non Interrupting)". */
function events() {
  const kinds = { '': '', 'Message ': '消息', 'Timer ': '定时', 'Conditional ': '条件', 'Signal ': '信号', 'Error ': '错误', 'Escalation ': '升级', 'Compensation ': '补偿', 'Compensate ': '补偿', 'Cancel ': '取消', 'Terminate ': '终止', 'Link ': '链接' };
  const places = { 'Start Event': '开始事件', 'End Event': '结束事件', 'Intermediate Catch Event': '中间捕获事件', 'Intermediate Throw Event': '中间抛出事件', 'Boundary Event': '边界事件' };
  const found = {};
  for (const [kind, zh] of Object.entries(kinds)) {
    for (const [place, where] of Object.entries(places)) {
      const name = kind + place, said = zh + where;
      found[name] = said;
      found[`${name} (Non Interrupting)`] = found[`${name} Non Interrupting`] = `${said}（不打断）`;
      const sentence = name.charAt(0) + name.slice(1).toLowerCase();
      found[sentence] = said;
      found[`${sentence} (non-interrupting)`] = `${said}（不打断）`;
    }
  }
  return found;
}
