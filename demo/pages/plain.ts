// A page with nothing of its own beyond what every page has.

import { openShop } from '../shop/page.ts';

openShop();
