// A page with nothing of its own beyond what every page has: header, language, theme and the basket's count. The page
// that says that there is no such page uses it.

import { openShop } from '../shop/page.ts';

openShop();
