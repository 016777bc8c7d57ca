// The roles of what.ts in Russian. Apart from it, for the widget loads words of one language only.

export const ROLES_RU: Readonly<Record<string, string>> = {
  button: 'кнопка',
  link: 'ссылка',
  image: 'изображение',
  select: 'список',
  option: 'вариант',
  checkbox: 'флажок',
  radio: 'переключатель',
  textbox: 'текстовое поле',
  'text field': 'текстовое поле',
  'search field': 'поле поиска',
  'email field': 'поле почты',
  'tel field': 'поле телефона',
  'url field': 'поле адреса',
  'number field': 'числовое поле',
  'date field': 'поле даты',
  'time field': 'поле времени',
  'range field': 'ползунок',
  'color field': 'выбор цвета',
  'file field': 'выбор файла',
  'password field': 'поле пароля',
};
