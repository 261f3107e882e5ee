# Ends the first-run wizard of a throw-away Zammad and makes the two users that the live test needs, each with a token.
# Prints the token of the user whose name is given: "admin" or "bot". Works from 5.5 (label, name) to 7 (name, token).

UserInfo.current_user_id = 1
Setting.set('system_init_done', true)
Setting.set('api_token_access', true)

roles, permissions = {
  'admin' => [%w[Admin Agent], %w[admin ticket.agent]],
  'bot'   => [%w[Agent], %w[ticket.agent]],
}.fetch(ARGV[0])
email = "#{ARGV[0]}@try.example.com"

user = User.find_by(email: email) || User.create!(
  login: email, email: email, firstname: ARGV[0].capitalize, lastname: 'Try', active: true,
  roles: Role.where(name: roles), updated_by_id: 1, created_by_id: 1
)
user.group_names_access_map = { 'Users' => ['full'] }
user.save!

newer = Token.column_names.include?('token')
token = Token.create!(
  { action: 'api', persistent: true, user_id: user.id, preferences: { permission: permissions } }
    .merge(newer ? { name: 'try' } : { label: 'try' })
)
puts "token=#{newer ? token.token : token.name}"
