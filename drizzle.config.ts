// For `npx drizzle-kit generate --name what-changes` after an edit of relay/store/schema.ts. The relay runs the
// migrations itself at start; drizzle-kit never sees a database.
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './relay/store/schema.ts',
  out: './relay/store/migrations',
});
